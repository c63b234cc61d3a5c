"""The line-up: a recurring time of day, its days, and what merchants would like to sell there."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from flashsale.models.sales import Sale
from flashsale.sale_states import SaleState
from shop.models import Category, Store, Variant


class Programme(models.Model):
    """`local_time` is in the site's time zone; `weekdays` has bit 0 for Monday."""

    name = models.CharField(_("name"), max_length=80)
    local_time = models.TimeField(_("time"))
    weekdays = models.PositiveSmallIntegerField(_("days of the week"), default=127)
    category = models.CharField(_("category"), max_length=20, choices=Category.choices, blank=True)
    reserve_hours = models.PositiveSmallIntegerField(_("hours to reserve"), default=38)
    lasts_minutes = models.PositiveSmallIntegerField(_("minutes on sale"), default=60)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["local_time", "pk"]
        constraints = [
            models.CheckConstraint(
                name="programme_weekdays_range", condition=Q(weekdays__range=(1, 127))
            ),
            models.CheckConstraint(
                name="programme_lasts", condition=Q(lasts_minutes__gte=1, reserve_hours__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SlotQuerySet(models.QuerySet["Slot"]):
    def empty(self) -> "SlotQuerySet":
        """Nothing is planned for them, or what was planned has been called off."""
        return self.filter(Q(sale=None) | Q(sale__state=SaleState.CANCELLED))


class Slot(models.Model):
    """One day of a programme. `alarmed_at`: operators were told that it is still empty."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="slots", db_index=False)
    day = models.DateField(_("day"))
    starts_at = models.DateTimeField(_("starts"))
    sale = models.OneToOneField(Sale, models.PROTECT, null=True, related_name="slot")
    alarmed_at = models.DateTimeField(_("alarm"), null=True)

    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["starts_at", "pk"]
        constraints = [models.UniqueConstraint(name="slot_day_once", fields=["programme", "day"])]

    def __str__(self) -> str:
        return f"{self.programme_id} on {self.day}"

    @property
    def is_empty(self) -> bool:
        """`sale` has to be loaded."""
        return self.sale is None or self.sale.state == SaleState.CANCELLED


class SubmissionState(models.TextChoices):
    SUBMITTED = "submitted", _("Submitted")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Submission(models.Model):
    """A merchant offers units of a variant for the line-up; an operator curates."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="submissions")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=120)
    blurb = models.TextField(_("what it is"), max_length=2_000, blank=True)
    units = models.PositiveIntegerField(_("units"))
    unit_price_minor = models.BigIntegerField(_("price"), help_text=_("In minor units."))
    wanted_on = models.DateField(_("wished day"), null=True, blank=True)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=SubmissionState.choices,
        default=SubmissionState.SUBMITTED.value,
    )
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(_("submitted"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    slot = models.ForeignKey(Slot, models.PROTECT, null=True, related_name="submissions")

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="submission_sells", condition=Q(units__gte=1, unit_price_minor__gte=1)
            )
        ]

    def __str__(self) -> str:
        return self.title


class Reminder(models.Model):
    """A person asked to be told shortly before the sale starts."""

    sale = models.ForeignKey(Sale, models.CASCADE, related_name="reminders", db_index=False)
    person = models.ForeignKey(Profile, models.CASCADE, related_name="+")
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [models.UniqueConstraint(name="reminder_once", fields=["sale", "person"])]

    def __str__(self) -> str:
        return f"{self.sale_id}: {self.person_id}"
