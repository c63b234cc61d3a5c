"""Refunds to the card that paid. Source: https://docs.stripe.com/refunds"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import stripe

from payments.gateway import amounts
from payments.gateway.charging import retrieve_payment
from payments.gateway.client import client, has_metadata, id_of, translated
from payments.gateway.errors import Unavailable


class RefundStatus(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


# A cancelled refund leaves the money with us, as a failed one does; one that waits for the buyer
# to do something is not settled yet.
_STATUSES = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}


@dataclass(frozen=True, slots=True)
class RefundResult:
    """A refund as Stripe has it now. It may still fail after it succeeded."""

    id: str
    status: RefundStatus
    amount_minor: int
    currency: str
    payment_id: str | None
    failure_reason: str | None


def create_refund(
    *, payment_id: str, amount_minor: int, metadata: Mapping[str, str], idempotency_key: str
) -> RefundResult:
    """Give back part or all of a payment that succeeded, in its own currency.

    Raises Unavailable, Rejected (``charge_already_refunded``, or more than is left),
    NotConfigured.
    """
    payment = retrieve_payment(payment_id)
    with translated():
        refund = client().v1.refunds.create(
            {
                "payment_intent": payment_id,
                "amount": amounts.to_stripe(amount_minor, payment.currency),
                "metadata": dict(metadata),
            },
            {"idempotency_key": idempotency_key},
        )
    return _result(refund)


def retrieve_refund(refund_id: str) -> RefundResult:
    """Return the refund as it is now. Raises Unavailable, Rejected, NotConfigured."""
    with translated():
        refund = client().v1.refunds.retrieve(refund_id)
    return _result(refund)


def find_refund(*, payment_id: str, metadata: Mapping[str, str]) -> RefundResult | None:
    """Return the payment's refund with that metadata, None if there is none.

    Raises Unavailable, Rejected, NotConfigured.
    """
    with translated():
        made = client().v1.refunds.list({"payment_intent": payment_id, "limit": 100})
        for refund in made.auto_paging_iter():
            if has_metadata(refund, metadata):
                return _result(refund)
    return None


def _result(refund: stripe.Refund) -> RefundResult:
    status = _STATUSES.get(refund.status or "")
    if status is None:
        # It stands there, whatever it is: as a rejection the money would be given twice.
        raise Unavailable(f"Stripe gave a refund the unknown status {refund.status}.")
    currency = refund.currency.upper()
    return RefundResult(
        id=refund.id,
        status=status,
        amount_minor=amounts.from_stripe(refund.amount, currency),
        currency=currency,
        payment_id=id_of(refund.payment_intent),
        failure_reason=getattr(refund, "failure_reason", None),
    )
