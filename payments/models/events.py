"""What Stripe told us, word for word, stored once; the row is the queue."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StripeEventState(models.TextChoices):
    PENDING = "pending", _("Pending")
    DONE = "done", _("Done")
    DEAD = "dead", _("Dead letter")


class StripeEvent(models.Model):
    event_id = models.CharField(max_length=80, unique=True)
    type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=255, blank=True)
    raw = models.JSONField()
    state = models.CharField(
        max_length=8, choices=StripeEventState, default=StripeEventState.PENDING
    )
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField()
    try_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["try_at"],
                condition=Q(state=StripeEventState.PENDING),
                name="payments_event_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.type}"
