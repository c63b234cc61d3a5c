"""Entries of the gate's streams that could not be worked, kept with the reason."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from flashsale.models.sales import Sale


class Stream(models.TextChoices):
    RESERVATIONS = "reservations", _("Reservations")
    CLAIMS = "claims", _("Claims")


class DeadLetter(models.Model):
    sale = models.ForeignKey(Sale, models.PROTECT, related_name="dead_letters", db_index=False)
    stream = models.CharField(_("stream"), max_length=12, choices=Stream.choices)
    gate_epoch = models.PositiveIntegerField()
    gate_entry = models.CharField(max_length=40)
    payload = models.JSONField(_("what it said"))
    reason = models.CharField(_("reason"), max_length=200)
    created_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("dead letter")
        verbose_name_plural = _("dead letters")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="dead_letter_once", fields=["sale", "stream", "gate_epoch", "gate_entry"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.gate_entry}: {self.reason}"
