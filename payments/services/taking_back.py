"""Where money that a payment gives back comes from, and how it goes back there.

Out of escrow first, as long as it stands there. What was released is clawed: the site's fee comes
back in proportion, the payee's share out of the payee's wallet, and what the wallet does not have
is owed to the site. Building blocks of refunds and disputes: the payment is locked.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import F

from payments.models import Account, Payment, Refund
from payments.services import balances, chart, ledger, receivables
from socialcommerce.lib.money import allocate


class Sources(NamedTuple):
    """What of an amount comes from where, in minor units."""

    escrow_minor: int
    fee_minor: int
    payee_minor: int

    @property
    def clawed_minor(self) -> int:
        return self.fee_minor + self.payee_minor


class Taking(NamedTuple):
    """One fact that takes money back, or brings it back: how the ledger names it, the account on
    the other side, and what of it comes from where, or goes back there.
    """

    kind: str
    scope: str
    key: str
    other_id: int
    sources: Sources


def take(payment: Payment, amount_minor: int) -> Sources:
    """The payment's row, in memory, has given the amount: the caller saves it."""
    escrow_minor = min(amount_minor, payment.in_escrow_minor)
    fee_minor = _fee_part(payment, amount_minor - escrow_minor)
    sources = Sources(escrow_minor, fee_minor, amount_minor - escrow_minor - fee_minor)
    payment.refunded_minor += amount_minor
    payment.clawed_minor += sources.clawed_minor
    payment.fee_returned_minor += fee_minor
    return sources


def _fee_part(payment: Payment, clawed_minor: int) -> int:
    """The site keeps its share of what the payee keeps, by largest remainder over all that was
    clawed so far: parts come back as if they had been one refund.
    """
    total_minor = payment.clawed_minor + clawed_minor
    if clawed_minor == 0:
        return 0
    _payee, fee_minor = allocate(total_minor, [payment.released_minor, payment.fee_minor])
    return min(max(0, fee_minor - payment.fee_returned_minor), clawed_minor)


def of_refund(payment: Payment, refund: Refund, sources: Sources) -> Taking:
    """The refund as the ledger names it."""
    kind = f"refund_to_{refund.to}"
    return Taking(kind, "refund", str(refund.pk), _goal(payment, refund), sources)


def entries(payment: Payment, takings: Sequence[Taking]) -> list[ledger.Entry]:
    """What is taken, as the ledger books it. Every account that will move ends locked, in id order,
    if the payee's wallet has to be looked into.
    """
    available_minor = 0
    if any(taking.sources.payee_minor for taking in takings):
        available_minor = _look_into_wallet(payment, [taking.other_id for taking in takings])
    booked: list[ledger.Entry] = []
    for taking in takings:
        from_wallet_minor = min(taking.sources.payee_minor, available_minor)
        available_minor -= from_wallet_minor
        legs = _legs(payment, taking.sources, taking.other_id, from_wallet_minor)
        booked.append(
            ledger.Entry(taking.kind, taking.scope, taking.key, legs, memo=payment.reference)
        )
    return booked


def put_back(payment: Payment, refund: Refund, *, now: datetime) -> None:
    """The refund failed: its money is where it came from, a debt of the payee repaid first."""
    Payment.objects.filter(pk=payment.pk).update(
        refunded_minor=F("refunded_minor") - refund.amount_minor,
        clawed_minor=F("clawed_minor") - refund.clawed_minor,
        fee_returned_minor=F("fee_returned_minor") - refund.fee_minor,
    )
    payee_minor = refund.clawed_minor - refund.fee_minor
    sources = Sources(refund.amount_minor - refund.clawed_minor, refund.fee_minor, payee_minor)
    taking = Taking(
        "refund_failed", "refund_failed", str(refund.pk), _goal(payment, refund), sources
    )
    ledger.post_many([restored(payment, taking)], now=now)


def restored(payment: Payment, taking: Taking) -> ledger.Entry:
    """What was taken, as the ledger books its way back: a debt of the payee is repaid first."""
    payee_id, currency, sources = payment.payee_id, payment.currency, taking.sources
    wallet_id = chart.wallet(payee_id, currency).pk
    shares = [
        (chart.escrow(payee_id, currency).pk, sources.escrow_minor),
        (chart.fees(currency).pk, sources.fee_minor),
    ]
    legs = [ledger.Leg(taking.other_id, goal_id, minor) for goal_id, minor in shares if minor]
    if sources.payee_minor:
        debt = receivables.lock(payee_id, currency, beside=[wallet_id])
        legs += receivables.credit(
            debt, source_id=taking.other_id, wallet_id=wallet_id, amount_minor=sources.payee_minor
        )
    return ledger.Entry(taking.kind, taking.scope, taking.key, tuple(legs), memo=payment.reference)


def _goal(payment: Payment, refund: Refund) -> int:
    if refund.to == Refund.To.CARD:
        return chart.clearing(payment.currency).pk
    if refund.to == Refund.To.GIFT_CARD:
        return chart.gift_card(payment.gift_card_id or 0, payment.currency).pk
    return chart.wallet(payment.payer_id, payment.currency).pk


def _look_into_wallet(payment: Payment, goal_ids: Sequence[int]) -> int:
    """What the payee could give now; locked with escrow and the goals that lock."""
    wallet_id = chart.wallet(payment.payee_id, payment.currency).pk
    escrow_id = chart.escrow(payment.payee_id, payment.currency).pk
    natures = balances.read(goal_ids)
    goals = [pk for pk, nature in natures.items() if not nature.accrues]
    balance = balances.lock(sorted({wallet_id, escrow_id, *goals}))[wallet_id]
    return max(0, balance.posted_minor - balance.held_minor)


def _legs(
    payment: Payment, sources: Sources, goal_id: int, from_wallet_minor: int
) -> tuple[ledger.Leg, ...]:
    payee_id, currency = payment.payee_id, payment.currency
    owed_minor = sources.payee_minor - from_wallet_minor
    shares: list[tuple[Callable[[], Account], int]] = [
        (lambda: chart.escrow(payee_id, currency), sources.escrow_minor),
        (lambda: chart.fees(currency), sources.fee_minor),
        (lambda: chart.wallet(payee_id, currency), from_wallet_minor),
        (lambda: chart.receivable(payee_id, currency), owed_minor),
    ]
    return tuple(ledger.Leg(account().pk, goal_id, minor) for account, minor in shares if minor)
