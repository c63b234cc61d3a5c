"""Disputes: what the bank says of one, and what is said to the bank.

Source: https://docs.stripe.com/disputes/how-disputes-work
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, cast

import stripe
from stripe.params import DisputeUpdateParamsEvidence

from payments.gateway import amounts
from payments.gateway.client import client, id_of, translated
from payments.gateway.errors import Unavailable

# Stripe's limit for one text, and for all of them together.
TEXT_MAX: Final = 20_000
ALL_TEXTS_MAX: Final = 150_000


class DisputeStatus(StrEnum):
    INQUIRY = "inquiry"
    INQUIRY_REVIEW = "inquiry_review"
    CLOSED = "closed"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"


# An appeal is made at Stripe, of a dispute that is lost until it is won. One that was prevented
# never was: if the bank has kept the money all the same, that is a lost one (see _status).
_STATUSES: Final = {
    "warning_needs_response": DisputeStatus.INQUIRY,
    "warning_under_review": DisputeStatus.INQUIRY_REVIEW,
    "warning_closed": DisputeStatus.CLOSED,
    "needs_response": DisputeStatus.NEEDS_RESPONSE,
    "under_review": DisputeStatus.UNDER_REVIEW,
    "appeal_needs_response": DisputeStatus.LOST,
    "appeal_under_review": DisputeStatus.LOST,
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
    "prevented": DisputeStatus.CLOSED,
}


@dataclass(frozen=True, slots=True)
class DisputeMove:
    """What one line of Stripe's balance says of a dispute: below zero was taken, above given back.

    `cost_minor` is what Stripe took for itself; below zero it gave that back. Both are in
    `currency`, which is that of the site's balance.
    """

    line_id: str
    amount_minor: int
    cost_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class DisputeResult:
    """A dispute as Stripe has it now. `payment_id` is the PaymentIntent's."""

    id: str
    status: DisputeStatus
    amount_minor: int
    currency: str
    reason: str
    payment_id: str | None
    opened_at: datetime
    due_by: datetime | None
    is_submitted: bool
    moves: tuple[DisputeMove, ...]

    @property
    def taken(self) -> DisputeMove | None:
        """How the money was taken; None while it is where it was."""
        return next((move for move in self.moves if move.amount_minor < 0), None)

    @property
    def returned(self) -> DisputeMove | None:
        return next((move for move in self.moves if move.amount_minor > 0), None)


def retrieve_dispute(dispute_id: str) -> DisputeResult:
    """Return the dispute as it is now. Raises Unavailable, Rejected, NotConfigured."""
    with translated():
        return _result(client().v1.disputes.retrieve(dispute_id))


def find_disputes(*, payment_id: str) -> list[DisputeResult]:
    """Return all disputes of a payment, the newest first.

    Raises Unavailable, Rejected, NotConfigured.
    """
    with translated():
        made = client().v1.disputes.list({"payment_intent": payment_id, "limit": 100})
        return [_result(dispute) for dispute in made.auto_paging_iter()]


def submit_evidence(
    dispute_id: str, evidence: Mapping[str, str], *, idempotency_key: str
) -> DisputeResult:
    """Hand texts, by the names of Stripe's evidence, to the bank. That is possible once.

    Raises Unavailable, Rejected (too late, or done before), NotConfigured.
    """
    texts = cast("DisputeUpdateParamsEvidence", dict(evidence))
    with translated():
        dispute = client().v1.disputes.update(
            dispute_id,
            {"evidence": texts, "submit": True},
            {"idempotency_key": idempotency_key},
        )
    return _result(dispute)


def accept_dispute(dispute_id: str, *, idempotency_key: str) -> DisputeResult:
    """Give in: the buyer keeps the money.

    Raises Unavailable, Rejected (it was answered before), NotConfigured.
    """
    with translated():
        dispute = client().v1.disputes.close(
            dispute_id, options={"idempotency_key": idempotency_key}
        )
    return _result(dispute)


def _result(dispute: stripe.Dispute) -> DisputeResult:
    moves = tuple(_moves(dispute.balance_transactions))
    details = dispute.evidence_details
    currency = dispute.currency.upper()
    return DisputeResult(
        id=dispute.id,
        status=_status(dispute.status, moves),
        amount_minor=amounts.from_stripe(dispute.amount, currency),
        currency=currency,
        reason=dispute.reason,
        payment_id=id_of(dispute.payment_intent),
        opened_at=datetime.fromtimestamp(dispute.created, UTC),
        due_by=datetime.fromtimestamp(details.due_by, UTC) if details.due_by else None,
        is_submitted=details.submission_count > 0,
        moves=moves,
    )


def _status(status: str, moves: tuple[DisputeMove, ...]) -> DisputeStatus:
    found = _STATUSES.get(status)
    if found is None:
        raise Unavailable(f"Stripe gave a dispute the unknown status {status}.")
    if status == "prevented" and sum(move.amount_minor for move in moves) < 0:
        return DisputeStatus.LOST
    return found


def _moves(lines: Iterable[stripe.BalanceTransaction]) -> Iterable[DisputeMove]:
    for line in lines:
        currency = line.currency.upper()
        yield DisputeMove(
            line_id=line.id,
            amount_minor=amounts.from_stripe(line.amount, currency),
            cost_minor=amounts.from_stripe(line.fee, currency),
            currency=currency,
        )
