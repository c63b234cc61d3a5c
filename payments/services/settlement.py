"""What Stripe's answer does to a payment: one place, for page, sweep and webhook alike.

Lock order: what the reference names (by the signal payment_locking), the payment, accounts.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from payments import events, gateway
from payments.models import Payment, PaymentAttempt
from payments.payment_states import ENDS, OPEN, TRANSITIONS, PaymentState
from payments.services import attempts, chart, goals, ledger, parts, receivables
from payments.services.gift_cards import making


def locked(payment_id: int) -> Payment:
    """The payment's row as it is now, locked, and before it what its reference names."""
    reference = Payment.objects.values_list("reference", flat=True).get(pk=payment_id)
    events.payment_locking.send(sender=Payment, reference=reference)
    return Payment.objects.select_for_update(no_key=True).get(pk=payment_id)


def apply(
    *, payment_id: int, result: gateway.PaymentResult, attempt: int, now: datetime
) -> Payment:
    """The payment says what Stripe says; captured money is booked once, in the same transaction.

    An answer to an earlier attempt counts only if it is final. An amount or currency that is
    not ours, or money taken for a payment that ended otherwise, is flagged for the operator and
    never booked.
    """
    with transaction.atomic(durable=True):
        payment = locked(payment_id)
        flag = _disagreement(payment, result)
        if flag:
            return _flag(payment, flag)
        if payment.state in ENDS:
            return payment
        payment.stripe_id = result.id
        payment.answered_attempt = max(payment.answered_attempt, attempt)
        old, stale = payment.state, attempt < payment.attempt and result.status not in FINAL
        if not stale:
            MOVES[result.status](payment, result, now)
        # Saved before money moves, so that account locks come last and are held shortest.
        payment.save()
        _follow(payment, now)
        _tell(payment, old)
        return payment


def decline_unmade(
    *, payment_id: int, attempt: int, declined: gateway.Declined, now: datetime
) -> Payment:
    """A decline that left nothing at Stripe: the payment waits for another card."""
    with transaction.atomic(durable=True):
        payment = locked(payment_id)
        if payment.state not in ENDS and attempt == payment.attempt:
            old, payment.answered_attempt = payment.state, attempt
            _to(payment, PaymentState.REQUIRES_METHOD, drive_at=payment.expires_at)
            payment.decline_code = declined.reason_code
            payment.save()
            _follow(payment, now)
            _tell(payment, old)
        return payment


def die(payment: Payment, state: PaymentState, *, now: datetime, decline_code: str = "") -> None:
    """The locked payment is failed or cancelled, and the apps above know."""
    old = payment.state
    _to(payment, state, drive_at=None)
    payment.decline_code = decline_code or payment.decline_code
    payment.settled_at = now
    payment.save()
    _follow(payment, now)
    _tell(payment, old)


def next_drive(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.PAYMENT_DRIVE_AFTER_SECONDS)


def _to(payment: Payment, state: PaymentState, *, drive_at: datetime | None) -> None:
    old = PaymentState(payment.state)
    if old != state:
        TRANSITIONS.check(old, state)
    payment.state = state.value
    payment.drive_at = drive_at
    payment.next_action_url = ""


def _capture(payment: Payment, _result: gateway.PaymentResult, now: datetime) -> None:
    _to(payment, PaymentState.SUCCEEDED, drive_at=None)
    payment.captured_minor = payment.amount_minor
    payment.decline_code = ""
    payment.settled_at = now


def _follow(payment: Payment, now: datetime) -> None:
    """The payment's money and its try are where its state says. Safe to repeat."""
    if payment.state == PaymentState.SUCCEEDED:
        attempts.end(payment, PaymentAttempt.Outcome.SUCCEEDED, now=now)
        _book_card(payment, now)
    elif payment.state == PaymentState.REQUIRES_METHOD:
        attempts.end(payment, PaymentAttempt.Outcome.DECLINED, now=now)
        parts.free(payment, now=now)
    elif payment.state in ENDS:
        attempts.end(payment, PaymentAttempt.Outcome.STOPPED, now=now)
        if payment.purpose == Payment.Purpose.GIFT_CARD:
            making.drop(payment.gift_card_id or 0)
        parts.free(payment, now=now)


def book_at_once(payment: Payment, *, now: datetime) -> None:
    """Where no card is asked: the money of wallet and gift card is where it goes."""
    goal_id = _open_goal(payment, now)
    legs = parts.legs_at_once(payment, to_account_id=goal_id)
    _post(payment, goals.kind_at_once(payment), legs, now)


def _book_card(payment: Payment, now: datetime) -> None:
    """The card's money and the parts beside it are where they go, in one transaction."""
    goal_id = _open_goal(payment, now)
    parts.take(payment, to_account_id=goal_id, now=now)
    _post(payment, goals.CARD_KINDS[payment.purpose], _legs_from_card(payment, goal_id), now)


def _legs_from_card(payment: Payment, goal_id: int) -> list[ledger.Leg]:
    """A top-up repays first what the person owes the site, as for one that was charged back."""
    clearing_id = chart.clearing(payment.currency).pk
    if payment.purpose != Payment.Purpose.TOP_UP:
        return [ledger.Leg(clearing_id, goal_id, payment.card_part_minor)]
    debt = receivables.lock(payment.payee_id, payment.currency, beside=[goal_id])
    return receivables.credit(
        debt, source_id=clearing_id, wallet_id=goal_id, amount_minor=payment.card_part_minor
    )


def _open_goal(payment: Payment, now: datetime) -> int:
    if payment.purpose == Payment.Purpose.GIFT_CARD:
        making.activate(payment.gift_card_id or 0, now=now)
    return goals.account_of(payment).pk


def _post(payment: Payment, kind: str, legs: list[ledger.Leg], now: datetime) -> None:
    ledger.post(
        kind=kind,
        scope="payment",
        key=str(payment.pk),
        legs=legs,
        now=now,
        memo=payment.reference,
    )


def _act(payment: Payment, result: gateway.PaymentResult, now: datetime) -> None:
    _to(payment, PaymentState.REQUIRES_ACTION, drive_at=next_drive(now))
    payment.next_action_url = result.next_action_url or ""


def _decline(payment: Payment, result: gateway.PaymentResult, now: datetime) -> None:
    _to(payment, PaymentState.REQUIRES_METHOD, drive_at=payment.expires_at or next_drive(now))
    payment.decline_code = result.decline.reason_code if result.decline else "generic_decline"


def _wait(payment: Payment, _result: gateway.PaymentResult, now: datetime) -> None:
    _to(payment, PaymentState.PROCESSING, drive_at=next_drive(now))


def _cancel(payment: Payment, _result: gateway.PaymentResult, now: datetime) -> None:
    _to(payment, PaymentState.CANCELLED, drive_at=None)
    payment.settled_at = now


# Stripe's words for where a PaymentIntent stands. Source: Stripe, "How PaymentIntents work".
MOVES: Final[dict[str, Callable[[Payment, gateway.PaymentResult, datetime], None]]] = {
    "succeeded": _capture,
    "requires_action": _act,
    "requires_payment_method": _decline,
    "requires_confirmation": _wait,
    "processing": _wait,
    "canceled": _cancel,
}
FINAL: Final = {"succeeded", "canceled"}


def _disagreement(payment: Payment, result: gateway.PaymentResult) -> str:
    if (result.amount_minor, result.currency) != (payment.card_part_minor, payment.currency):
        return f"Stripe says {result.amount_minor} {result.currency}"
    if payment.stripe_id not in {None, result.id}:
        return f"a second PaymentIntent: {result.id}"
    if result.status not in MOVES:
        return f"unexpected at Stripe: {result.status}"
    dead = payment.state in {PaymentState.FAILED, PaymentState.CANCELLED}
    if dead and result.status == "succeeded":
        return "Stripe took money for a payment that is dead here"
    if payment.state in OPEN and result.status == "succeeded" and not parts.are_there(payment):
        return "the card paid, and a part of it is not set aside any more"
    return ""


def _flag(payment: Payment, flag: str) -> Payment:
    """Until an operator has looked, nothing drives it any more."""
    payment.flag = flag[:140]
    payment.drive_at = None
    payment.save(update_fields=["flag", "drive_at"])
    return payment


def _tell(payment: Payment, old: str) -> None:
    """A decline is told once: its repeats may come when the next card is already asked."""
    if payment.state == PaymentState.SUCCEEDED:
        events.payment_settled.send(sender=Payment, payment=payment)
    elif payment.state == PaymentState.REQUIRES_METHOD != old:
        events.payment_declined.send(sender=Payment, payment=payment)
    elif payment.state in ENDS:
        events.payment_died.send(sender=Payment, payment=payment)
