"""The money of a dispute: taken as a refund takes it, and back where it came from.

What the payment had given back before, or what is taken of it twice, leaves the payee all the
same: that is the excess, out of the wallet or owed. Building blocks: the payment is locked.
"""

from datetime import datetime

from django.db.models import F

from payments import gateway
from payments.models import AccountKind, Dispute, Payment, Refund
from payments.services import chart, ledger, receivables, taking_back
from payments.services.taking_back import Sources, Taking


def take(dispute: Dispute, payment: Payment, move: gateway.DisputeMove, *, now: datetime) -> int:
    """The money is with the bank and Stripe's cost is the site's; how much of it the payee owes.

    The dispute, in memory, says where it came from: the caller saves it before.
    """
    taking = Taking(
        "dispute",
        "dispute",
        str(dispute.pk),
        chart.clearing(payment.currency).pk,
        Sources(dispute.escrow_minor, dispute.fee_minor, _payee_minor(dispute)),
    )
    (entry,) = taking_back.entries(payment, [taking])
    ledger.post_many([_with_cost(entry, move)], now=now)
    return _owed(entry, payment)


def divide(dispute: Dispute, payment: Payment) -> None:
    """The payment has given the disputed amount back, as far as it had not before; the dispute, in
    memory, says what of it comes from where.
    """
    within_minor = min(dispute.amount_minor, payment.refundable_minor)
    sources = _within(payment, within_minor)
    dispute.taken_minor = dispute.amount_minor
    dispute.escrow_minor = sources.escrow_minor
    dispute.fee_minor = sources.fee_minor
    dispute.excess_minor = dispute.amount_minor - within_minor


def note_cost(dispute: Dispute, move: gateway.DisputeMove) -> None:
    """The dispute, in memory, says what Stripe took of the site for it so far."""
    if move.currency == dispute.currency:
        dispute.cost_minor += move.cost_minor


def put_back(
    dispute: Dispute, payment: Payment, move: gateway.DisputeMove, *, now: datetime
) -> None:
    """The money is where it came from, a debt of the payee repaid first. Stripe's cost stays the
    site's, unless Stripe gave it back too.
    """
    clawed_minor = dispute.within_minor - dispute.escrow_minor if _is_sale(payment) else 0
    Payment.objects.filter(pk=payment.pk).update(
        refunded_minor=F("refunded_minor") - dispute.within_minor,
        clawed_minor=F("clawed_minor") - clawed_minor,
        fee_returned_minor=F("fee_returned_minor") - dispute.fee_minor,
    )
    taking = Taking(
        "dispute_won",
        "dispute_won",
        str(dispute.pk),
        chart.clearing(payment.currency).pk,
        Sources(dispute.escrow_minor, dispute.fee_minor, _payee_minor(dispute)),
    )
    entry = taking_back.restored(payment, taking)
    ledger.post_many([_with_cost(entry, move)], now=now)


def refund_failed(payment: Payment, refund: Refund, *, now: datetime) -> None:
    """The refund's money is where it came from. What disputes took of the payment beyond what was
    left of it comes out of that after all, and the payee has it back.
    """
    excesses = Dispute.objects.standing().filter(payment=payment, excess_minor__gt=0)
    if not excesses.exists():
        taking_back.put_back(payment, refund, now=now)
        return
    # Two facts move money in one transaction: all of their accounts are locked before.
    payee_id, currency = payment.payee_id, payment.currency
    wallet_id, escrow_id = chart.wallet(payee_id, currency).pk, chart.escrow(payee_id, currency).pk
    receivables.lock(payee_id, currency, beside=[wallet_id, escrow_id])
    taking_back.put_back(payment, refund, now=now)
    payment.refresh_from_db(fields=["refunded_minor", "clawed_minor", "fee_returned_minor"])
    for dispute in excesses:
        _settle_excess(dispute, payment, key=f"{dispute.pk}:{refund.pk}", now=now)


def _settle_excess(dispute: Dispute, payment: Payment, *, key: str, now: datetime) -> None:
    settled_minor = min(dispute.excess_minor, payment.refundable_minor)
    if not settled_minor:
        return
    sources = _within(payment, settled_minor)
    Dispute.objects.filter(pk=dispute.pk).update(
        excess_minor=F("excess_minor") - settled_minor,
        escrow_minor=F("escrow_minor") + sources.escrow_minor,
        fee_minor=F("fee_minor") + sources.fee_minor,
    )
    _repay(payment, sources, key=key, now=now)


def _within(payment: Payment, amount_minor: int) -> Sources:
    """The payment's row has given the amount. A top-up has nobody else's share in it."""
    if not _is_sale(payment):
        payment.refunded_minor += amount_minor
        sources = Sources(0, 0, amount_minor)
    else:
        sources = taking_back.take(payment, amount_minor)
    payment.save(update_fields=["refunded_minor", "clawed_minor", "fee_returned_minor"])
    return sources


def _is_sale(payment: Payment) -> bool:
    return payment.purpose == Payment.Purpose.PURCHASE


def _payee_minor(dispute: Dispute) -> int:
    return dispute.taken_minor - dispute.escrow_minor - dispute.fee_minor


def _with_cost(entry: ledger.Entry, move: gateway.DisputeMove) -> ledger.Entry:
    """In one transaction, as it is one line at Stripe."""
    if not move.cost_minor:
        return entry
    costs_id, clearing_id = chart.costs(move.currency).pk, chart.clearing(move.currency).pk
    source_id, goal_id = costs_id, clearing_id
    if move.cost_minor < 0:
        source_id, goal_id = clearing_id, costs_id
    return entry._replace(legs=(*entry.legs, ledger.Leg(source_id, goal_id, abs(move.cost_minor))))


def _owed(entry: ledger.Entry, payment: Payment) -> int:
    owner = chart.owner_of(payment.payee_id)
    debts = chart.existing({owner}, AccountKind.RECEIVABLE, payment.currency).values()
    return sum(leg.amount_minor for leg in entry.legs if leg.from_account_id in debts)


def _repay(payment: Payment, sources: Sources, *, key: str, now: datetime) -> None:
    """What the payee gave in excess comes out of escrow and fee; its own share it gave itself."""
    payee_id, currency = payment.payee_id, payment.currency
    wallet_id = chart.wallet(payee_id, currency).pk
    escrow_id, fees_id = chart.escrow(payee_id, currency).pk, chart.fees(currency).pk
    debt = receivables.lock(payee_id, currency, beside=[wallet_id, escrow_id])
    legs: list[ledger.Leg] = []
    for source_id, minor in ((escrow_id, sources.escrow_minor), (fees_id, sources.fee_minor)):
        repaid = receivables.credit(
            debt, source_id=source_id, wallet_id=wallet_id, amount_minor=minor
        )
        debt = debt.less(repaid)
        legs += repaid
    if legs:
        ledger.post(
            kind="dispute_settled",
            scope="dispute_settled",
            key=key,
            legs=legs,
            now=now,
            memo=payment.reference,
        )
