"""Payments of one person: from the wallet at once, or by card in two steps.

Card: `open_card_payment` commits our row; `drive` then talks to Stripe, outside any
transaction, as often as needed. The idempotency key at Stripe is our row and attempt, so an
answer that was lost is asked for again and nothing is ever charged twice.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from payments import events, gateway
from payments.models import Instrument, Payment
from payments.payment_states import ENDS, OPEN, PaymentState
from payments.services import asking, attempts, opening, parts, settlement
from payments.services.opening import BadPayment, CardExpired, NoSuchCard, PayerBarred, Terms
from socialcommerce.lib.problems import Conflict

__all__ = [
    "BadPayment",
    "CardExpired",
    "NoSuchCard",
    "NotRetryable",
    "PayerBarred",
    "cancel",
    "drive",
    "open_card_payment",
    "pay_from_wallet",
    "refetch",
    "retry",
]


class NotRetryable(Conflict):
    code = "payment-not-retryable"
    title = _("This payment does not wait for another card")


def pay_from_wallet(
    *,
    payer_id: int,
    payee_id: int,
    amount_minor: int,
    currency: str,
    reference: str,
    key: str,
    now: datetime,
    purpose: str = Payment.Purpose.PURCHASE.value,
    gift_card_id: int | None = None,
    gift_part_minor: int = 0,
) -> Payment:
    """The money is in the payee's escrow; the same key again returns the payment that stands. Of
    the amount a gift card pays `gift_part_minor`: where that is all of it, it is the method.

    Inside the caller's transaction, as its last act; sends payment_locking before it locks and
    payment_settled when it is booked. Raises ledger.InsufficientFunds, ledger.KeyConflict,
    BadPayment, PayerBarred, NoSuchGiftCard, GiftCardEnded.
    """
    by_gift_card = gift_part_minor == amount_minor
    terms = Terms(
        payer_id=payer_id,
        payee_id=payee_id,
        amount_minor=amount_minor,
        currency=currency,
        reference=reference,
        method=(Payment.Method.GIFT_CARD if by_gift_card else Payment.Method.WALLET).value,
        purpose=purpose,
        gift_card_id=gift_card_id,
        gift_part_minor=gift_part_minor,
    )
    events.payment_locking.send(sender=Payment, reference=reference)
    payment, made = opening.insert(
        terms,
        key=key,
        now=now,
        state=PaymentState.SUCCEEDED.value,
        captured_minor=amount_minor,
        settled_at=now,
    )
    if made:
        settlement.book_at_once(payment, now=now)
        events.payment_settled.send(sender=Payment, payment=payment)
    return payment


def open_card_payment(
    *,
    payer_id: int,
    payee_id: int,
    amount_minor: int,
    currency: str,
    instrument_id: int,
    reference: str,
    key: str,
    return_url: str,
    expires_at: datetime,
    now: datetime,
    purpose: str = Payment.Purpose.PURCHASE.value,
    wallet_part_minor: int = 0,
    gift_card_id: int | None = None,
    gift_part_minor: int = 0,
) -> Payment:
    """The payment stands as `created`; Stripe knows nothing of it yet, `drive` tells it. Of the
    amount a gift card pays `gift_part_minor` and the wallet `wallet_part_minor`, both set aside
    now, and the card the rest.

    Inside the caller's transaction, as its last act. `return_url` is the page of this site where
    the person goes on after the bank's page. Raises BadPayment, PayerBarred, NoSuchCard,
    CardExpired, NoSuchGiftCard, GiftCardEnded, ledger.InsufficientFunds, ledger.KeyConflict.
    """
    terms = Terms(
        payer_id=payer_id,
        payee_id=payee_id,
        amount_minor=amount_minor,
        currency=currency,
        reference=reference,
        method=Payment.Method.CARD.value,
        purpose=purpose,
        instrument_id=instrument_id,
        wallet_part_minor=wallet_part_minor,
        gift_card_id=gift_card_id,
        gift_part_minor=gift_part_minor,
    )
    payment, made = opening.insert(
        terms,
        key=key,
        now=now,
        attempt=1,
        return_url=return_url,
        expires_at=expires_at,
        drive_at=settlement.next_drive(now),
    )
    if made:
        attempts.begin(payment, now=now)
        parts.set_aside(payment, now=now)
    return payment


def drive(*, payment_id: int, now: datetime) -> Payment:
    """The payment is as far as Stripe says it is. Outside any transaction; safe to repeat and to
    run beside the webhook. If Stripe gives no answer it stays `processing` and is asked again;
    one that is flagged waits for an operator.
    """
    payment = _begin(payment_id, now)
    if payment.state in ENDS or payment.flag:
        return payment
    try:
        result = asking.about(payment, now=now)
    except gateway.KeyMisused as misused:
        return _find_or_give_up(payment, misused, now)
    except (gateway.Unavailable, gateway.NotConfigured):
        return payment
    except gateway.Rejected as rejected:
        return _give_up(payment, str(rejected), now)
    except gateway.Declined as declined:
        return settlement.decline_unmade(
            payment_id=payment.pk, attempt=payment.attempt, declined=declined, now=now
        )
    return settlement.apply(payment_id=payment.pk, result=result, attempt=payment.attempt, now=now)


def refetch(*, payment_id: int, stripe_id: str, now: datetime) -> Payment:
    """The payment is as far as this PaymentIntent is; for webhooks, which may come before our own
    answer, long after the end, or between two attempts. Raises gateway.GatewayError.
    """
    payment = Payment.objects.get(pk=payment_id)
    # What Stripe has now may still be about the attempt before the one under way.
    attempt = payment.attempt if payment.stripe_id is None else payment.answered_attempt
    result = gateway.retrieve_payment(stripe_id)
    return settlement.apply(payment_id=payment_id, result=result, attempt=attempt, now=now)


def retry(*, payment_id: int, instrument_id: int, now: datetime) -> Payment:
    """A declined payment was tried with this card. Outside any transaction; drives.

    Raises NotRetryable (not declined, or its time is over), PayerBarred, NoSuchCard, CardExpired,
    GiftCardEnded, ledger.InsufficientFunds (a part was spent meanwhile).
    """
    with transaction.atomic(durable=True):
        payment = settlement.locked(payment_id)
        late = payment.expires_at is not None and now >= payment.expires_at
        if payment.state != PaymentState.REQUIRES_METHOD or late:
            raise NotRetryable
        opening.check_payer(payment.payer_id)
        opening.check_gift_card(payment, now=now)
        payment.instrument = opening.bound_card(payment.payer_id, instrument_id, now=now)
        payment.payment_method_id = payment.instrument.payment_method_id
        payment.attempt += 1
        payment.state = PaymentState.PROCESSING.value
        payment.decline_code = ""
        payment.drive_at = settlement.next_drive(now)
        payment.save()
        attempts.begin(payment, now=now)
        parts.set_aside(payment, now=now)
    return drive(payment_id=payment_id, now=now)


def cancel(*, payment_id: int, now: datetime) -> Payment:
    """The payment is dead, or what Stripe says instead: it may have succeeded, or give no answer
    (then it stays open and the sweep tries again). Outside any transaction.
    """
    with transaction.atomic(durable=True):
        payment = settlement.locked(payment_id)
        answered = payment.state == PaymentState.CREATED or (
            payment.answered_attempt >= payment.attempt
        )
        if payment.state in OPEN and answered and payment.stripe_id is None:
            settlement.die(payment, PaymentState.CANCELLED, now=now)
    if payment.state in OPEN and payment.answered_attempt < payment.attempt:
        # Stripe may or may not have heard of it: only asking again tells.
        payment = drive(payment_id=payment_id, now=now)
    if payment.state in ENDS or payment.stripe_id is None:
        return payment
    try:
        result = gateway.cancel_payment(payment.stripe_id)
    except gateway.GatewayError:
        return payment
    return settlement.apply(payment_id=payment_id, result=result, attempt=payment.attempt, now=now)


def _begin(payment_id: int, now: datetime) -> Payment:
    """`processing` is committed before Stripe is asked, so that a crash leaves a trace."""
    begun = Payment.objects.filter(pk=payment_id, state=PaymentState.CREATED)
    card = Instrument.objects.filter(pk=OuterRef("instrument_id")).values("payment_method_id")
    begun.update(
        state=PaymentState.PROCESSING,
        payment_method_id=Subquery(card),
        drive_at=settlement.next_drive(now),
    )
    return Payment.objects.get(pk=payment_id)


def _find_or_give_up(payment: Payment, misused: gateway.KeyMisused, now: datetime) -> Payment:
    """Something else was sent under the attempt's key: what Stripe has of this payment counts, and
    if it has nothing, nothing was charged.
    """
    try:
        found = asking.look_up(payment)
    except gateway.GatewayError:
        return payment
    if found is None:
        return _give_up(payment, str(misused), now)
    return settlement.apply(payment_id=payment.pk, result=found, attempt=payment.attempt, now=now)


def _give_up(payment: Payment, reason: str, now: datetime) -> Payment:
    """Stripe refuses the request itself; no money moved and none will."""
    with transaction.atomic(durable=True):
        current = settlement.locked(payment.pk)
        if current.state in OPEN and current.stripe_id is None:
            settlement.die(current, PaymentState.FAILED, now=now, decline_code="processing_error")
            Payment.objects.filter(pk=payment.pk).update(flag=reason[:140])
        return current
