"""Escrow: what a payee was paid and gets when the buyer has it."""

from datetime import datetime

from django.db import transaction

from payments.models import Payment
from payments.services import chart, ledger, reserves, settlement


@transaction.atomic
def release(*, payment_id: int, fee_minor: int, now: datetime) -> Payment:
    """All that is left of the payment is in the payee's wallet, less the fee, which the site has,
    and less what a young store's reserve keeps for a while.

    Nothing happens where nothing is left. Joins the caller's transaction, as its last act.
    Raises ledger.BadEntry for a fee below zero or above what is left.
    """
    payment = settlement.locked(payment_id)
    earlier_minor = payment.released_minor + payment.fee_minor
    left_minor = payment.captured_minor - payment.refunded_minor - earlier_minor
    if left_minor == 0:
        return payment
    if not 0 <= fee_minor <= left_minor:
        raise ledger.BadEntry(f"A fee of {fee_minor} does not fit in {left_minor}.")
    net_minor = left_minor - fee_minor
    payment.released_minor += net_minor
    payment.fee_minor += fee_minor
    payment.save(update_fields=["released_minor", "fee_minor"])
    # What was released before only grows: a refund that failed is released under another key.
    _book(payment, net_minor, fee_minor, key=f"{payment_id}:{earlier_minor}", now=now)
    return payment


def _book(payment: Payment, net_minor: int, fee_minor: int, *, key: str, now: datetime) -> None:
    currency = payment.currency
    kept_minor = reserves.keep(payment, proceeds_minor=net_minor, key=key, now=now)
    escrow_id = chart.escrow(payment.payee_id, currency).pk
    shares = [
        ledger.Leg(escrow_id, chart.wallet(payment.payee_id, currency).pk, net_minor - kept_minor),
        *_reserved(payment, escrow_id, kept_minor),
        ledger.Leg(escrow_id, chart.fees(currency).pk, fee_minor),
    ]
    ledger.post(
        kind="release",
        scope="release",
        key=key,
        legs=[leg for leg in shares if leg.amount_minor],
        now=now,
        memo=payment.reference,
    )


def _reserved(payment: Payment, escrow_id: int, kept_minor: int) -> list[ledger.Leg]:
    """Its account is opened for stores that have a reserve, not for all that sell."""
    if not kept_minor:
        return []
    reserve_id = chart.reserve(payment.payee_id, payment.currency).pk
    return [ledger.Leg(escrow_id, reserve_id, kept_minor)]
