"""The payment PIN: what a stolen phone or session does not know."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class PaymentPin(models.Model):
    """`tries` counts wrong ones since the last right one; a try is taken before it is looked at."""

    profile = models.OneToOneField(
        "accounts.Profile", on_delete=models.PROTECT, related_name="payment_pin"
    )
    digest = models.CharField(max_length=128)  # of Django's password hashers
    tries = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    set_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(digest=""), name="payments_pin_has_digest"),
        ]

    def __str__(self) -> str:
        return f"PIN of {self.profile_id}"
