"""A dispute is as far as Stripe says: one place, for webhook, sweep and operator alike.

Events only say where to look. Money moves here when a line of Stripe's balance says that it moved
there. Lock order: what the reference names, the payment, the dispute, accounts.
"""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.models import User
from payments import events, evidence, gateway
from payments.dispute_states import INQUIRIES, OPEN, TRANSITIONS, WAITING, DisputeState
from payments.models import Dispute, Payment
from payments.payment_states import OPEN as OPEN_PAYMENTS
from payments.services import charges, settlement
from payments.services.disputing import books, news
from payments.services.gift_cards import ending
from payments.services.gift_cards.codes import GiftCardEnded
from payments.services.people import freezing
from socialcommerce.lib import guards

LOOK_SECONDS: Final = 6 * 3_600  # events are faster; this finds what they lost


class UnknownPayment(LookupError):
    """No payment of ours is disputed, or its id at Stripe has not reached us yet."""


def look(*, stripe_id: str, now: datetime) -> Dispute:
    """The dispute of that id is as far as Stripe says. Outside any transaction; safe to repeat and
    in parallel. Raises UnknownPayment and the gateway's errors.
    """
    return take_in(gateway.retrieve_dispute(stripe_id), now=now)


def look_at_payment(payment: Payment, *, now: datetime) -> None:
    """Every dispute that Stripe has of the payment is known here. As `look`."""
    if payment.stripe_id is not None:
        for result in gateway.find_disputes(payment_id=payment.stripe_id):
            take_in(result, now=now)


def take_in(result: gateway.DisputeResult, *, now: datetime) -> Dispute:
    """What Stripe says of a dispute holds here. Outside any transaction. Raises UnknownPayment."""
    payment = Payment.objects.filter(stripe_id=result.payment_id).first()
    if payment is None or result.payment_id is None:
        raise UnknownPayment(result.payment_id)
    if payment.state in OPEN_PAYMENTS:
        # The dispute is here before the news that there is something to dispute.
        charges.refetch(payment_id=payment.pk, stripe_id=result.payment_id, now=now)
    if result.taken is not None and result.returned is None:
        _end_gift_card(payment, now)
    dispute = _apply(payment.pk, result, now)
    if dispute.is_away and result.returned is not None:
        dispute = _apply(payment.pk, result, now)  # both at once: taken first, then given back
    return dispute


def forget_trouble(dispute_ids: Collection[int]) -> int:
    """An operator has looked; how many said that they do not agree."""
    return Dispute.objects.filter(pk__in=dispute_ids).exclude(trouble="").update(trouble="")


def _end_gift_card(payment: Payment, now: datetime) -> None:
    """What is left on a gift card that was bought is its buyer's again, and so the bank's."""
    if payment.purpose == Payment.Purpose.GIFT_CARD and payment.gift_card_id is not None:
        with suppress(GiftCardEnded):  # it did before
            ending.revoke(card_id=payment.gift_card_id, reason="charged back", now=now)


def _apply(payment_id: int, result: gateway.DisputeResult, now: datetime) -> Dispute:
    with transaction.atomic(durable=True):
        payment = _locked(payment_id)
        dispute, is_new = _row(payment, result, now)
        was = DisputeState(dispute.state)
        dispute.trouble = _disagreement(dispute, payment, result)
        _follow(dispute, result, now)
        taken = result.taken if dispute.taken_at is None and not dispute.trouble else None
        returned = result.returned if dispute.is_away else None
        if taken is not None:
            books.divide(dispute, payment)
            books.note_cost(dispute, taken)
            dispute.taken_at = now
        elif returned is not None:
            books.note_cost(dispute, returned)
            dispute.returned_at = now
        # Saved before money moves, so that account locks come last and are held shortest.
        dispute.save()
        if taken is not None:
            owed_minor = books.take(dispute, payment, taken, now=now)
            _stop_payer(payment, owed_minor, now)
        elif returned is not None:
            books.put_back(dispute, payment, returned, now=now)
        news.follow(dispute, payment, was=None if is_new else was, now=now)
        is_back = returned is not None and taken is None
        events.dispute_changed.send(sender=Dispute, dispute=dispute, is_back=is_back)
        return dispute


def _locked(payment_id: int) -> Payment:
    """The payment, locked; before it the person who may have to be stopped for it."""
    payment = Payment.objects.get(pk=payment_id)
    if not guards.is_on("disputes.lock"):
        return payment
    if payment.purpose != Payment.Purpose.PURCHASE:
        payer = User.objects.select_for_update(no_key=True).filter(profile=payment.payer_id)
        payer.first()
    return settlement.locked(payment_id)


def _stop_payer(payment: Payment, owed_minor: int, now: datetime) -> None:
    """Who had a top-up taken back and has spent it moves no money until an operator has looked."""
    is_person = payment.payer.user_id is not None
    if owed_minor and is_person and payment.purpose != Payment.Purpose.PURCHASE:
        reason = f"charged back and spent: {payment.reference}"
        freezing.freeze(profile_id=payment.payer_id, reason=reason, by_id=None, now=now)


def _row(payment: Payment, result: gateway.DisputeResult, now: datetime) -> tuple[Dispute, bool]:
    """The dispute, and whether this is the first that we hear of it."""
    return Dispute.objects.select_for_update(no_key=True, of=("self",)).get_or_create(
        stripe_id=result.id,
        defaults={
            "payment": payment,
            "amount_minor": result.amount_minor,
            "currency": result.currency,
            "reason": result.reason[:60],
            "evidence": evidence.about(payment.reference),
            "opened_at": result.opened_at,
        },
    )


def _disagreement(dispute: Dispute, payment: Payment, result: gateway.DisputeResult) -> str:
    """Why an operator must look; where money is in question, none is moved."""
    if (result.amount_minor, result.currency) != (dispute.amount_minor, payment.currency):
        return f"Stripe says {result.amount_minor} {result.currency}"
    if not payment.captured_minor:
        return "nothing of the payment is booked here"
    if sum(move.amount_minor < 0 for move in result.moves) > 1:
        return "the bank has taken it more than once"
    if (dispute.state, result.status.value) == (DisputeState.WON, DisputeState.LOST):
        return "Stripe says lost, after it was won"
    return ""


def _follow(dispute: Dispute, result: gateway.DisputeResult, now: datetime) -> None:
    """State and times. An answer older than what is known changes nothing."""
    new, was = DisputeState(result.status.value), DisputeState(dispute.state)
    if new not in TRANSITIONS.moves[was] and new != was:
        return
    if was in INQUIRIES and new not in INQUIRIES:
        _ask_anew(dispute)
    dispute.state = new.value
    dispute.due_by = result.due_by
    if result.is_submitted and new not in WAITING:
        dispute.submitted_at = dispute.submitted_at or now
    dispute.closed_at = None if new in OPEN else dispute.closed_at or now
    dispute.drive_at = now + timedelta(seconds=LOOK_SECONDS) if new in OPEN else None
    if dispute.answer and new in WAITING:
        dispute.drive_at = settlement.next_drive(now)  # it is yet to be sent


def _ask_anew(dispute: Dispute) -> None:
    """An inquiry became a chargeback: the bank wants another answer, by another day."""
    dispute.answer = Dispute.Answer.NONE
    dispute.answered_at = dispute.answered_by = None
    dispute.submitted_at = dispute.reminded_at = dispute.alarmed_at = None
