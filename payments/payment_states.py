"""States of a payment. Stripe's word moves it; the end states never move again."""

from enum import StrEnum

from socialcommerce.lib import states


class PaymentState(StrEnum):
    CREATED = "created"  # our row stands, Stripe has not been asked
    PROCESSING = "processing"  # asked; the answer may be lost, the sweep asks again
    REQUIRES_ACTION = "requires_action"  # the bank wants to see the person
    REQUIRES_METHOD = "requires_method"  # declined; another card may be tried
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


S = PaymentState
ENDS = {S.FAILED, S.CANCELLED, S.SUCCEEDED}
TRANSITIONS = states.table(
    PaymentState,
    {
        S.CREATED: {S.PROCESSING, S.FAILED, S.CANCELLED},
        S.PROCESSING: {S.REQUIRES_ACTION, S.REQUIRES_METHOD, *ENDS},
        S.REQUIRES_ACTION: {S.PROCESSING, S.REQUIRES_METHOD, *ENDS},
        S.REQUIRES_METHOD: {S.PROCESSING, S.REQUIRES_ACTION, *ENDS},
        S.SUCCEEDED: set(),
        S.FAILED: set(),
        S.CANCELLED: set(),
    },
    initial=PaymentState.CREATED,
)
OPEN = frozenset(set(PaymentState) - ENDS)
