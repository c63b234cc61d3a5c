"""What people ask operators to look at; the thing may belong to any app."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile

NOTE_CHARACTERS_MAX = 500


class ReportReason(models.TextChoices):
    SPAM = "spam", _("Spam or a machine")
    ABUSE = "abuse", _("Insult, threat or hate")
    FRAUD = "fraud", _("Fraud, or goods that are not what they say")
    ILLEGAL = "illegal", _("Against the law")
    PRIVATE = "private", _("Shows somebody's private matters")
    OTHER = "other", _("Something else")


class Report(models.Model):
    """One person's report of one thing; `target_type` is a key of `feed.reportables`."""

    reporter = models.ForeignKey(Profile, models.CASCADE, related_name="reports")
    target_type = models.CharField(max_length=32)
    target_id = models.BigIntegerField()
    reason = models.CharField(max_length=8, choices=ReportReason)
    note = models.CharField(max_length=NOTE_CHARACTERS_MAX, blank=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(
                name="report_once", fields=["reporter", "target_type", "target_id"]
            ),
            models.CheckConstraint(
                name="report_reason_known", condition=Q(reason__in=ReportReason.values)
            ),
            models.CheckConstraint(
                name="report_closed_by_somebody",
                condition=Q(closed_at__isnull=True) | Q(closed_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["target_type", "target_id"], name="report_by_target"),
            models.Index(
                fields=["created_at"], name="report_open", condition=Q(closed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_type} {self.target_id}: {self.reason}"
