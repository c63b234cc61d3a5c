"""The parts of a cash-out, each a refund of one top-up: made, followed, put back.

Building blocks of cash_outs and refunds. Lock order: person, payments, cash-out, accounts.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.db.models import F

from payments.cash_out_states import TRANSITIONS, CashOutState
from payments.models import CashOut, Payment, Refund
from payments.refund_states import RefundState
from payments.services import chart, ledger, receivables
from payments.services.people import news

SCOPE: Final = "cash_out"


class Share(NamedTuple):
    """So many minor units go back to the card that paid this top-up."""

    top_up: Payment
    amount_minor: int


def make(cash_out: CashOut, shares: Sequence[Share], *, drive_at: datetime, now: datetime) -> None:
    """Every part stands, and the amount has left the wallet. The top-ups are locked.

    Raises ledger.InsufficientFunds.
    """
    for share in shares:
        Payment.objects.filter(pk=share.top_up.pk).update(
            refunded_minor=F("refunded_minor") + share.amount_minor
        )
    Refund.objects.bulk_create(
        Refund(
            payment=share.top_up,
            cash_out=cash_out,
            amount_minor=share.amount_minor,
            to=Refund.To.CARD,
            reason=SCOPE,
            key=f"{SCOPE}:{cash_out.pk}",
            drive_at=drive_at,
            created_at=now,
        )
        for share in shares
    )
    leg = ledger.Leg(
        chart.wallet(cash_out.profile_id, cash_out.currency).pk,
        chart.clearing(cash_out.currency).pk,
        cash_out.amount_minor,
    )
    ledger.post(
        kind=SCOPE,
        scope=SCOPE,
        key=str(cash_out.pk),
        legs=[leg],
        now=now,
        memo=f"cash-out:{cash_out.pk}",
    )


def follow(refund: Refund, *, now: datetime) -> None:
    """The cash-out says what its parts say; one that failed is in the wallet again.

    Inside the caller's transaction, as its last act: payment and refund are locked.
    """
    cash_out = CashOut.objects.select_for_update(no_key=True, of=("self",)).get(parts=refund)
    parts = Refund.objects.filter(cash_out=cash_out)
    rows = list(parts.values_list("state", "stripe_id", "amount_minor"))
    cash_out.returned_minor = sum(
        minor for state, _id, minor in rows if state == RefundState.FAILED
    )
    state = _state(cash_out, [(state, bool(stripe_id)) for state, stripe_id, _minor in rows])
    if state in TRANSITIONS.moves[CashOutState(cash_out.state)]:
        cash_out.state = state.value
        over = state in {CashOutState.PAID, CashOutState.FAILED}
        cash_out.settled_at = now if over else None
    cash_out.save()
    if refund.state == RefundState.FAILED:
        _put_back(cash_out, refund, now)


def _state(cash_out: CashOut, parts: Sequence[tuple[str, bool]]) -> CashOutState:
    waiting = [is_known for state, is_known in parts if state == RefundState.PENDING]
    if waiting:
        return CashOutState.SENT if all(waiting) else CashOutState.CREATED
    if cash_out.returned_minor == cash_out.amount_minor:
        return CashOutState.FAILED
    return CashOutState.PAID


def _put_back(cash_out: CashOut, refund: Refund, now: datetime) -> None:
    """What the person came to owe meanwhile is repaid first."""
    Payment.objects.filter(pk=refund.payment_id).update(
        refunded_minor=F("refunded_minor") - refund.amount_minor
    )
    news.cash_out_came_back(cash_out, amount_minor=refund.amount_minor, now=now)
    wallet_id = chart.wallet(cash_out.profile_id, cash_out.currency).pk
    debt = receivables.lock(cash_out.profile_id, cash_out.currency, beside=[wallet_id])
    legs = receivables.credit(
        debt,
        source_id=chart.clearing(cash_out.currency).pk,
        wallet_id=wallet_id,
        amount_minor=refund.amount_minor,
    )
    ledger.post(
        kind="cash_out_failed",
        scope="cash_out_failed",
        key=str(refund.pk),
        legs=legs,
        now=now,
        memo=f"cash-out:{cash_out.pk}",
    )
