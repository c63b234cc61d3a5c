"""What Stripe is asked about a card payment, and under which key.

Stripe forgets a key after a day: what is older is looked for first, and sent only if it is not
there. Source: https://docs.stripe.com/api/idempotent_requests
"""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse

from payments import gateway
from payments.models import Payment, StripeCustomer

KEYS_LAST: Final = timedelta(hours=23)  # an hour less than at Stripe, for clocks that differ


def about(payment: Payment, *, now: datetime) -> gateway.PaymentResult:
    """Stripe's answer to the attempt under way, sent again if it is not known to have arrived.

    Raises the gateway's errors.
    """
    is_answered = payment.stripe_id is not None and payment.answered_attempt >= payment.attempt
    if is_answered or key_is_old(payment.created_at, now):
        found = look_up(payment)
        if found is not None:
            return found
    if payment.stripe_id is not None:
        return _confirm(payment, payment.stripe_id)
    return gateway.create_payment(
        amount_minor=payment.card_part_minor,
        currency=payment.currency,
        customer_id=_customer_id(payment),
        payment_method_id=payment.payment_method_id,
        off_session=False,
        return_url=_return_address(payment),
        metadata={"payment": str(payment.pk)},
        idempotency_key=_key(payment),
    )


def look_up(payment: Payment) -> gateway.PaymentResult | None:
    """What Stripe has of the payment, None if it never heard of it. Changes nothing there.

    Raises the gateway's errors.
    """
    if payment.stripe_id is not None:
        return gateway.retrieve_payment(payment.stripe_id)
    return gateway.find_payment(
        customer_id=_customer_id(payment),
        since=payment.created_at - (timedelta(days=1) - KEYS_LAST),
        metadata={"payment": str(payment.pk)},
    )


def key_is_old(first_sent_at: datetime, now: datetime) -> bool:
    """Whether Stripe may have forgotten a key that was first used then."""
    return now - first_sent_at >= KEYS_LAST


def _customer_id(payment: Payment) -> str:
    return StripeCustomer.objects.get(profile_id=payment.payer_id).stripe_id


def _confirm(payment: Payment, stripe_id: str) -> gateway.PaymentResult:
    try:
        return gateway.confirm_payment(
            stripe_id,
            payment_method_id=payment.payment_method_id,
            return_url=_return_address(payment),
            idempotency_key=_key(payment),
        )
    except gateway.Rejected:
        # It no longer waits for a card: what it is instead is the truth to apply.
        return gateway.retrieve_payment(stripe_id)


def _return_address(payment: Payment) -> str:
    return settings.SITE_URL + reverse("payments:payment_return", args=[payment.pk])


def _key(payment: Payment) -> str:
    return f"payment:{payment.pk}:{payment.attempt}"
