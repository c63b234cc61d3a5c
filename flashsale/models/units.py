"""The numbered pieces of a lot. A unit is a row, so that nobody has to count right."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from flashsale.models.sales import Lot, Sale
from flashsale.unit_states import UnitState


class Unit(models.Model):
    """`number` is 1 to pledged within the lot and is printed to the person who holds it."""

    sale = models.ForeignKey(Sale, models.PROTECT, related_name="units", db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="units", db_index=False)
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(
        _("state"), max_length=8, choices=UnitState.choices, default=UnitState.FREE.value
    )

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.UniqueConstraint(name="unit_number_once", fields=["lot", "number"]),
            models.CheckConstraint(
                name="unit_state_known", condition=Q(state__in=UnitState.values)
            ),
        ]
        indexes = [
            models.Index(
                fields=["lot", "number"],
                name="unit_free",
                condition=Q(state=UnitState.FREE),
            ),
            models.Index(fields=["sale", "state"], name="unit_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id}/{self.number}"
