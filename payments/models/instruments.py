"""What is bound to a profile: cards, of which Stripe keeps the number, and linked accounts."""

from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Consented

NICKNAME_LENGTH_MAX: Final = 40
WARN_BEFORE: Final = timedelta(days=30)  # its end; banks send the new card some weeks ahead


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

    def unexpired(self, now: datetime) -> "InstrumentQuerySet":
        """A card is good to the last day of its month."""
        return self.filter(
            Q(exp_year__gt=now.year) | Q(exp_year=now.year, exp_month__gte=now.month)
        )


class Instrument(Consented):
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
    nickname = models.CharField(
        max_length=NICKNAME_LENGTH_MAX, blank=True, default="", db_default=""
    )
    created_at = models.DateTimeField()
    unbound_at = models.DateTimeField(null=True)
    # When its person was told that it expires; empty again for a card that got a new date.
    warned_at = models.DateTimeField(null=True)

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
        indexes: ClassVar = [
            models.Index(
                fields=["exp_year", "exp_month"],
                condition=Q(unbound_at__isnull=True, warned_at__isnull=True),
                name="payments_instrument_to_warn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand} {self.last4}"

    def is_expired(self, now: datetime) -> bool:
        """As `unexpired` says."""
        return (self.exp_year, self.exp_month) < (now.year, now.month)

    def expires_soon(self, now: datetime) -> bool:
        """It still pays, and will not in WARN_BEFORE."""
        return not self.is_expired(now) and self.is_expired(now + WARN_BEFORE)


class CardSetup(Consented):
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


class LinkedAccountQuerySet(models.QuerySet["LinkedAccount"]):
    def of(self, profile_id: int) -> "LinkedAccountQuerySet":
        """Those that are linked now, the first one first."""
        return self.filter(profile_id=profile_id, unlinked_at__isnull=True).order_by("id")


class LinkedAccount(Consented):
    """An account at another site that is this person's: it pays nothing, it unlocks fan prices.

    The row stays when the link is taken back, as what was agreed and for how long; whose account it
    was over there goes.
    """

    profile = models.ForeignKey(
        "accounts.Profile", on_delete=models.PROTECT, related_name="linked_accounts"
    )
    provider = models.CharField(_("site"), max_length=30)
    # The account at that site, as OpenID Connect names it: never given to anybody else there.
    subject = models.CharField(max_length=255, blank=True)
    name = models.CharField(_("name there"), max_length=80, blank=True)
    linked_at = models.DateTimeField(_("linked"))
    unlinked_at = models.DateTimeField(null=True)

    objects = LinkedAccountQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider", "subject"],
                condition=Q(unlinked_at__isnull=True),
                name="payments_linked_to_one_person",
            ),
            models.UniqueConstraint(
                fields=["profile", "provider"],
                condition=Q(unlinked_at__isnull=True),
                name="payments_linked_one_of_a_site",
            ),
            models.CheckConstraint(
                condition=Q(consented_at__isnull=False)
                & ~Q(consent_version="")
                & ~Q(consent_text=""),
                name="payments_linked_with_consent",
            ),
            models.CheckConstraint(
                condition=Q(unlinked_at__isnull=True) & ~Q(subject="")
                | Q(unlinked_at__isnull=False, subject="", name=""),
                name="payments_linked_or_forgotten",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.subject}"
