"""What an operator does about a payment that does not agree with Stripe."""

from datetime import datetime

from django.db import transaction

from payments.models import Payment
from payments.payment_states import OPEN
from payments.services import asking, settlement


def look_again(*, payment_id: int, now: datetime) -> Payment:
    """Stripe was asked, and what it has of the payment is applied; a flag stays until it is worked
    off. Outside any transaction. Raises the gateway's errors.
    """
    payment = Payment.objects.get(pk=payment_id)
    found = asking.look_up(payment)
    if found is None:
        return payment
    return settlement.apply(payment_id=payment_id, result=found, attempt=payment.attempt, now=now)


def close(*, payment_id: int, now: datetime) -> Payment:
    """The flag is worked off; a payment that is still open is driven on from now."""
    with transaction.atomic(durable=True):
        payment = settlement.locked(payment_id)
        payment.flag = ""
        payment.drive_at = now if payment.state in OPEN else None
        payment.save(update_fields=["flag", "drive_at"])
    return payment
