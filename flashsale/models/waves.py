"""Second chances: announced waves of units that were not paid, and the list after the last."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from flashsale.models.claims import Claim
from flashsale.models.reservations import Reservation
from flashsale.models.sales import Sale


class Wave(models.Model):
    """From `opens_at` the pooled units are offered to those who reserved, came and lost.

    `invited_to` and `told_to` are the reservation numbers up to which people were told: that it
    comes, and, where they lost again, what is left.
    """

    sale = models.ForeignKey(Sale, models.CASCADE, related_name="waves", verbose_name=_("sale"))
    number = models.PositiveSmallIntegerField(_("number"))
    opens_at = models.DateTimeField(_("opens"))
    opened_at = models.DateTimeField(_("opened"), null=True, editable=False)
    units = models.PositiveIntegerField(_("units offered"), default=0, editable=False)
    invited_to = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    told_to = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        verbose_name = _("wave")
        verbose_name_plural = _("waves")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(name="wave_number_once", fields=["sale", "number"]),
            models.CheckConstraint(name="wave_number_range", condition=Q(number__range=(1, 5))),
        ]

    def __str__(self) -> str:
        return f"{self.sale_id} wave {self.number}"


class WaitingPlace(models.Model):
    """Somebody waits for a unit after the last wave, first come in order of `pk`.

    `claim` is what they were offered; leaving the list before deletes the row.
    """

    sale = models.ForeignKey(Sale, models.PROTECT, related_name="waiting", db_index=False)
    person = models.ForeignKey(Profile, models.PROTECT, related_name="+")
    reservation = models.ForeignKey(Reservation, models.PROTECT, related_name="+")
    joined_at = models.DateTimeField(_("joined"))
    offered_at = models.DateTimeField(_("offered"), null=True)
    claim = models.OneToOneField(Claim, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("place on the waiting list")
        verbose_name_plural = _("places on the waiting list")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="waiting_once", fields=["sale", "person"])]

    def __str__(self) -> str:
        return f"{self.sale_id}: {self.person_id}"


class Attendance(models.Model):
    """Who came for a claim: bit n - 1 (highest of the first byte first) is reservation number n."""

    sale = models.OneToOneField(Sale, models.CASCADE, related_name="attendance")
    bits = models.BinaryField()
    counted_at = models.DateTimeField(_("counted"))

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")

    def __str__(self) -> str:
        return f"attendance of {self.sale_id}"
