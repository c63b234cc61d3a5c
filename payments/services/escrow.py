"""Escrow: what a payee was paid and gets when the buyer has it."""

from datetime import datetime

from django.db import transaction

from payments.models import AccountKind, Payment
from payments.services import chart, ledger, receivables, reserves, settlement


@transaction.atomic
def release(*, payment_id: int, fee_minor: int, now: datetime) -> Payment:
    """All that is left of the payment is the payee's, less the fee, which the site has. What the
    payee owes the site is repaid first; of the rest a young store's reserve keeps its share for a
    while; what is left then is in their wallet.

    Nothing happens where nothing is left. Joins the caller's transaction, as its last act.
    Raises ledger.BadEntry for a fee below zero or above what is left.
    """
    payment = settlement.locked(payment_id)
    left_minor = payment.in_escrow_minor
    if left_minor == 0:
        return payment
    if not 0 <= fee_minor <= left_minor:
        raise ledger.BadEntry(f"A fee of {fee_minor} does not fit in {left_minor}.")
    # What was released before only grows: a refund that failed is released under another key.
    key = f"{payment_id}:{payment.released_minor + payment.fee_minor}"
    payment.released_minor += left_minor - fee_minor
    payment.fee_minor += fee_minor
    payment.save(update_fields=["released_minor", "fee_minor"])
    _book(payment, left_minor - fee_minor, fee_minor, key=key, now=now)
    return payment


def _book(payment: Payment, net_minor: int, fee_minor: int, *, key: str, now: datetime) -> None:
    payee_id, currency = payment.payee_id, payment.currency
    escrow_id = chart.escrow(payee_id, currency).pk
    wallet_id = chart.wallet(payee_id, currency).pk
    reserve_ids = chart.existing({chart.owner_of(payee_id)}, AccountKind.RESERVE, currency)
    beside = [escrow_id, wallet_id, *reserve_ids.values()]
    debt = receivables.lock(payee_id, currency, beside=beside)
    proceeds_minor = max(0, net_minor - debt.owed_minor)
    kept_minor = reserves.keep(payment, proceeds_minor=proceeds_minor, key=key, now=now)
    legs = receivables.credit(
        debt, source_id=escrow_id, wallet_id=wallet_id, amount_minor=net_minor - kept_minor
    )
    if kept_minor:
        # Its account is opened for stores that have a reserve, not for all that sell.
        legs.append(ledger.Leg(escrow_id, chart.reserve(payee_id, currency).pk, kept_minor))
    if fee_minor:
        legs.append(ledger.Leg(escrow_id, chart.fees(currency).pk, fee_minor))
    ledger.post(
        kind="release", scope="release", key=key, legs=legs, now=now, memo=payment.reference
    )
