"""A person's registration for a sale, and what they decided before the critical second."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from feed.models import Post
from flashsale.models.sales import Lot, Sale


class ReservationQuerySet(models.QuerySet["Reservation"]):
    def standing(self) -> "ReservationQuerySet":
        return self.filter(withdrawn_at=None)


class Reservation(models.Model):
    """`number` is 1, 2, 3, ... within the sale, in the order in which they were committed.

    A withdrawn reservation keeps its row and number; reserving again makes it stand again.
    `address_digest` is the same for the same place, however it is written. `weight` counts in a
    draw and is final once the sale is sealed.
    """

    # Their constraint is the one on both together, in 0002_promises.sql.
    sale = models.ForeignKey(
        Sale, models.PROTECT, related_name="reservations", db_index=False, db_constraint=False
    )
    lot = models.ForeignKey(
        Lot, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    # Found by the index of reservation_of_claims (0011_claims_of_reservations.sql).
    person = models.ForeignKey(Profile, models.PROTECT, related_name="reservations", db_index=False)
    number = models.PositiveIntegerField(_("number"))
    address = models.JSONField(_("address"))
    address_digest = models.CharField(max_length=32, blank=True)
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    pay_from_wallet = models.BooleanField(_("charge the wallet"))
    post = models.ForeignKey(
        Post, models.SET_NULL, null=True, related_name="+", verbose_name=_("post")
    )
    received_at = models.DateTimeField(_("received"))
    created_at = models.DateTimeField(_("reserved"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            models.UniqueConstraint(name="reservation_once", fields=["sale", "person"]),
            models.UniqueConstraint(name="reservation_number_once", fields=["sale", "number"]),
            models.CheckConstraint(name="reservation_weight_from_1", condition=Q(weight__gte=1)),
            models.CheckConstraint(name="reservation_number_from_1", condition=Q(number__gte=1)),
        ]
        indexes = [
            models.Index(
                fields=["sale", "address_digest"],
                name="reservation_by_address",
                condition=~Q(address_digest=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.sale_id} no. {self.number}"
