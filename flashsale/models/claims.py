"""A person's attempt to get a unit, from the moment PostgreSQL knows it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from flashsale.claim_states import LIVE, UNPAID, ClaimState
from flashsale.models.reservations import Reservation
from flashsale.models.sales import Lot, Sale
from flashsale.models.units import Unit
from shop.models import Order


class Claim(models.Model):
    """`held_until` is the deadline to pay; `paying_until` the capped grace of a running payment.

    (`gate_epoch`, `gate_entry`) names the stream entry it came from: what makes a second
    delivery of the same entry recognisable. `log_number` counts from 1 within the sale in the
    order in which claims were decided; `log_hash` chains each to the one before. `log_unit` is
    the unit's number in that line where money that came late has moved the claim to another.
    """

    # Without constraints of their own: 0011_claims_of_reservations.sql ties person, sale and lot to
    # the reservation, 0002_promises.sql (unit, lot) to the unit. That says more, and a claim is
    # written under the eyes of everybody who waits.
    sale = models.ForeignKey(
        Sale, models.PROTECT, related_name="claims", db_index=False, db_constraint=False
    )
    lot = models.ForeignKey(
        Lot, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    person = models.ForeignKey(
        Profile, models.PROTECT, related_name="claims", db_index=False, db_constraint=False
    )
    reservation = models.ForeignKey(
        Reservation, models.PROTECT, related_name="claims", db_constraint=False
    )
    slot = models.PositiveSmallIntegerField(_("slot"), default=1)
    wave = models.PositiveSmallIntegerField(_("wave"), default=0, db_default=0)
    log_number = models.PositiveIntegerField(_("place in the log"), null=True)
    log_hash = models.CharField(max_length=64, blank=True, db_default="")
    log_unit = models.PositiveIntegerField(default=0, db_default=0)
    card_fingerprint = models.CharField(max_length=64, blank=True, db_default="")
    state = models.CharField(_("state"), max_length=12, choices=ClaimState.choices)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="claims", db_constraint=False
    )
    order = models.OneToOneField(Order, models.PROTECT, null=True, related_name="claim")
    ticket = models.CharField(max_length=32)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    gate_epoch = models.PositiveIntegerField()
    gate_entry = models.CharField(max_length=40)
    claimed_at = models.DateTimeField(_("claimed"))
    created_at = models.DateTimeField(_("decided"))
    held_until = models.DateTimeField(_("held until"), null=True)
    paying_until = models.DateTimeField(_("grace ends"), null=True)
    paid_at = models.DateTimeField(_("paid"), null=True)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.UniqueConstraint(
                name="claim_unit_once", fields=["unit"], condition=Q(state__in=LIVE)
            ),
            models.UniqueConstraint(
                name="claim_live_once",
                fields=["sale", "person", "slot"],
                condition=Q(state__in=LIVE),
            ),
            models.UniqueConstraint(
                name="claim_ticket_once",
                fields=["sale", "ticket"],
                condition=~Q(state=ClaimState.REFUSED),
            ),
            models.UniqueConstraint(
                name="claim_entry_once", fields=["sale", "gate_epoch", "gate_entry"]
            ),
            models.UniqueConstraint(name="claim_log_once", fields=["sale", "log_number"]),
            models.CheckConstraint(
                name="claim_state_known", condition=Q(state__in=ClaimState.values)
            ),
            models.CheckConstraint(
                name="claim_live_has_unit",
                condition=~Q(state__in=LIVE) | Q(unit__isnull=False, order__isnull=False),
            ),
            models.CheckConstraint(
                name="claim_unpaid_has_deadline",
                condition=~Q(state__in=UNPAID) | Q(held_until__isnull=False),
            ),
            models.CheckConstraint(
                name="claim_paid_has_time",
                condition=~Q(state=ClaimState.PAID) | Q(paid_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["sale", "held_until"],
                name="claim_unpaid",
                condition=Q(state__in=UNPAID),
            ),
            models.Index(fields=["person", "sale"], name="claim_by_person"),
            # No claim has one when it is written, so this costs the drain nothing.
            models.Index(
                fields=["sale", "card_fingerprint"],
                name="claim_by_card",
                condition=~Q(card_fingerprint=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sale_id}/{self.ticket[:8]} {self.state}"
