"""The tries of a card payment, as its payer reads them. Building blocks of charges, settlement."""

from datetime import datetime

from payments.models import Payment, PaymentAttempt


def begin(payment: Payment, *, now: datetime) -> None:
    """The try under way is on record. The payment is locked, or nobody else knows it yet."""
    assert payment.instrument_id is not None  # noqa: S101 - the table has a CHECK for it
    PaymentAttempt.objects.get_or_create(
        payment_id=payment.pk,
        number=payment.attempt,
        defaults={"instrument_id": payment.instrument_id, "began_at": now},
    )


def end(payment: Payment, outcome: PaymentAttempt.Outcome, *, now: datetime) -> None:
    """The try under way came to that; one that has ended stays as it is."""
    declined = outcome == PaymentAttempt.Outcome.DECLINED
    PaymentAttempt.objects.filter(
        payment_id=payment.pk, number=payment.attempt, ended_at__isnull=True
    ).update(outcome=outcome, decline_code=payment.decline_code if declined else "", ended_at=now)
