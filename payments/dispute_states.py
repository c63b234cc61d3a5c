"""States of a dispute. Whether the money is away is not one of them: Stripe's lines say that."""

from enum import StrEnum

from socialcommerce.lib import states


class DisputeState(StrEnum):
    INQUIRY = "inquiry"  # the bank asks, before it takes anything; giving it back ends it
    INQUIRY_REVIEW = "inquiry_review"
    CLOSED = "closed"  # an inquiry that came to nothing
    NEEDS_RESPONSE = "needs_response"  # a chargeback: evidence is asked for until the deadline
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"


S = DisputeState
CHARGEBACK = {S.NEEDS_RESPONSE, S.UNDER_REVIEW, S.WON, S.LOST}
TRANSITIONS = states.table(
    DisputeState,
    {
        S.INQUIRY: {S.INQUIRY_REVIEW, S.CLOSED, *CHARGEBACK},
        S.INQUIRY_REVIEW: {S.CLOSED, *CHARGEBACK},
        S.CLOSED: CHARGEBACK,  # banks may still go on after an inquiry
        S.NEEDS_RESPONSE: {S.UNDER_REVIEW, S.WON, S.LOST},
        S.UNDER_REVIEW: {S.WON, S.LOST},
        S.LOST: {S.WON},  # by an appeal, at Stripe
        S.WON: set(),
    },
    initial=S.INQUIRY,
)
WAITING = frozenset({S.INQUIRY, S.NEEDS_RESPONSE})
OPEN = frozenset({*WAITING, S.INQUIRY_REVIEW, S.UNDER_REVIEW})
INQUIRIES = frozenset({S.INQUIRY, S.INQUIRY_REVIEW, S.CLOSED})
