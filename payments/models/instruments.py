"""Cards bound to a profile. The number itself never reaches this site, only what Stripe tells."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StripeCustomer(models.Model):
    profile = models.OneToOneField("accounts.Profile", on_delete=models.PROTECT)
    stripe_id = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.stripe_id


class InstrumentQuerySet(models.QuerySet["Instrument"]):
    def bound_to(self, profile_id: int) -> "InstrumentQuerySet":
        """Those that can still pay, the default first."""
        bound = self.filter(profile_id=profile_id, unbound_at__isnull=True)
        return bound.order_by("-is_default", "-id")


class Instrument(models.Model):
    profile = models.ForeignKey(
        "accounts.Profile", on_delete=models.PROTECT, related_name="instruments"
    )
    payment_method_id = models.CharField(max_length=80, unique=True)
    brand = models.CharField(max_length=20)
    last4 = models.CharField(max_length=4)
    exp_month = models.PositiveSmallIntegerField()
    exp_year = models.PositiveSmallIntegerField()
    fingerprint = models.CharField(max_length=80)
    country = models.CharField(max_length=2, blank=True)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    unbound_at = models.DateTimeField(null=True)

    objects = InstrumentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["profile"],
                condition=Q(is_default=True),
                name="payments_instrument_one_default",
            ),
            models.UniqueConstraint(
                fields=["profile", "fingerprint"],
                condition=Q(unbound_at__isnull=True),
                name="payments_instrument_same_card_once",
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(unbound_at__isnull=True),
                name="payments_instrument_default_is_bound",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand} {self.last4}"

    def is_expired(self, now: datetime) -> bool:
        """A card is good to the last day of its month."""
        return (self.exp_year, self.exp_month) < (now.year, now.month)


class CardSetup(models.Model):
    """A person on the way to bind a card: our row first, so that the way back is known."""

    class Place(models.TextChoices):
        """Where the card is typed, and so what `stripe_id` names."""

        HOSTED = "hosted", _("On the card service's page")  # a Checkout session
        HERE = "here", _("In a frame on our page")  # a SetupIntent

    place = models.CharField(max_length=6, choices=Place, default=Place.HOSTED)
    profile = models.ForeignKey("accounts.Profile", on_delete=models.PROTECT)
    stripe_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001  unique
    next_url = models.TextField(blank=True)
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"setup {self.pk}"
