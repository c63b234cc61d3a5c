"""How much a person may move in a day and a week, and who was stopped altogether, and why."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Standing(models.TextChoices):
    NEW = "new", _("New")
    CONFIRMED = "confirmed", _("Confirmed")
    LONG_STANDING = "long", _("Long-standing")


class StandingLimits(models.Model):
    """Of everybody in that standing, in minor units of the site's currency. A row is there only
    where an operator changed what `services.people.standings` has for it.
    """

    standing = models.CharField(_("standing"), max_length=10, choices=Standing, unique=True)
    top_up_day_minor = models.BigIntegerField(_("topped up in 24 hours"))
    top_up_week_minor = models.BigIntegerField(_("topped up in 7 days"))
    spend_day_minor = models.BigIntegerField(_("spent in 24 hours"))
    spend_week_minor = models.BigIntegerField(_("spent in 7 days"))
    cash_out_day_minor = models.BigIntegerField(_("cashed out in 24 hours"))
    cash_out_week_minor = models.BigIntegerField(_("cashed out in 7 days"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    changed_at = models.DateTimeField(_("changed"), null=True)

    class Meta:
        verbose_name = _("limits")
        verbose_name_plural = _("limits")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(standing__in=Standing.values), name="payments_limits_standing"
            ),
            models.CheckConstraint(
                condition=Q(
                    top_up_day_minor__gte=0,
                    spend_day_minor__gte=0,
                    cash_out_day_minor__gte=0,
                    top_up_week_minor__gte=F("top_up_day_minor"),
                    spend_week_minor__gte=F("spend_day_minor"),
                    cash_out_week_minor__gte=F("cash_out_day_minor"),
                ),
                name="payments_limits_week_holds_day",
            ),
        ]

    def __str__(self) -> str:
        return str(Standing(self.standing).label)


class MoneyFreeze(models.Model):
    """Since when and why a person moves no money, and who let them go on. `User.frozen_at` is
    what stops them; these rows are the record of it, and stay.
    """

    profile = models.ForeignKey(
        "accounts.Profile",
        on_delete=models.PROTECT,
        related_name="money_freezes",
        verbose_name=_("person"),
    )
    reason = models.CharField(_("why"), max_length=200)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,  # nobody: the site itself, after a chargeback say
        related_name="+",
        verbose_name=_("by"),
    )
    frozen_at = models.DateTimeField(_("since"))
    lifted_reason = models.CharField(_("why lifted"), max_length=200, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("lifted by"),
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True)

    class Meta:
        verbose_name = _("freeze")
        verbose_name_plural = _("freezes")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["profile"],
                condition=Q(lifted_at__isnull=True),
                name="payments_freeze_one_open",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="payments_freeze_has_reason"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | ~Q(lifted_reason=""),
                name="payments_freeze_lifted_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} since {self.frozen_at:%Y-%m-%d}"
