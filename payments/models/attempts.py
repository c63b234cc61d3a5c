"""Each try of a card payment as its payer may read it: which card, when, and what came of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PaymentAttempt(models.Model):
    """The payment row says how far the payment is; this, what was tried on the way."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("Under way")
        SUCCEEDED = "succeeded", _("Paid")
        DECLINED = "declined", _("Declined")
        STOPPED = "stopped", _("Stopped")

    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, related_name="attempts", db_index=False
    )
    number = models.PositiveIntegerField()
    instrument = models.ForeignKey("payments.Instrument", on_delete=models.PROTECT)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    decline_code = models.CharField(max_length=60, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["payment", "number"], name="payments_attempt_number"),
            models.CheckConstraint(
                condition=Q(outcome="open", ended_at__isnull=True)
                | (~Q(outcome="open") & Q(ended_at__isnull=False)),
                name="payments_attempt_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id}:{self.number} {self.outcome}"
