"""What operators look at and answer for: acts, figures by the second, rehearsals."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from flashsale.models.sales import Sale
from flashsale.rehearsal.states import RehearsalState


class Act(models.Model):
    """The audit log: what was done with a sale, by whom (empty: by the system itself)."""

    sale = models.ForeignKey(Sale, models.PROTECT, related_name="acts")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    kind = models.CharField(_("act"), max_length=20)
    detail = models.JSONField(_("detail"), default=dict)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("act")
        verbose_name_plural = _("audit log")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.sale_id}: {self.kind}"


class Second(models.Model):
    """What happened at the gate in one second of a sale, kept for charts and for rehearsals.

    Requests are counted at the gate, `held` and `paid` in PostgreSQL, `lag` is the number of
    entries in line at its end, `p95_ms` the claim view's own time.
    """

    sale = models.ForeignKey(Sale, models.CASCADE, related_name="seconds", db_index=False)
    at = models.DateTimeField(_("second"))
    reserve_requests = models.PositiveIntegerField(default=0)
    claim_requests = models.PositiveIntegerField(default=0)
    admitted = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    paid = models.PositiveIntegerField(default=0)
    lag = models.PositiveIntegerField(default=0)
    shed = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    p95_ms = models.FloatField(default=0)

    class Meta:
        verbose_name = _("second")
        verbose_name_plural = _("seconds")
        ordering = ["at"]
        constraints = [models.UniqueConstraint(name="second_once", fields=["sale", "at"])]

    def __str__(self) -> str:
        return f"{self.sale_id} at {self.at}"


class Rehearsal(models.Model):
    """One dress rehearsal of exactly one configuration, and its verdict.

    `config_hash` is the hash of everything that decides how the sale runs: a change afterwards
    makes the verdict worthless. `run` is the sale that was played; `curve` the arrivals a second.
    `heard_at` is the last sign of life of its worker.
    """

    sale = models.ForeignKey(Sale, models.PROTECT, related_name="rehearsals")
    run = models.OneToOneField(Sale, models.PROTECT, null=True, related_name="rehearsal")
    config_hash = models.CharField(max_length=64)
    curve = models.JSONField(_("arrivals"))
    people = models.PositiveIntegerField(_("people"))
    state = models.CharField(max_length=10, default=RehearsalState.WAITING.value)
    verdict = models.JSONField(_("verdict"), default=dict)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    requested_at = models.DateTimeField(_("requested"))
    started_at = models.DateTimeField(_("started"), null=True)
    heard_at = models.DateTimeField(_("last heard of"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("rehearsal")
        verbose_name_plural = _("rehearsals")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"rehearsal of {self.sale_id}"
