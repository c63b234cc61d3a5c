"""A sale and the lots in it."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from flashsale.sale_states import SaleState
from shop.models import Store, Variant
from socialcommerce.lib import clock

# One bit a person and one small row a unit are kept in memory while a sale runs.
UNITS_MAX = 1_000_000
SLOTS_MAX = 10  # units that one person may have of a sale
PRICE_MAX_MINOR = 10**12
WORK_BITS_MAX = 22  # some four million hashes: a minute on an old phone
PASS_WEIGHT_MAX = 10

# What decides how a sale runs, beside its lots and waves: copied to a draft like it, and bound to
# the verdict of a rehearsal.
RULE_FIELDS = (
    "kind",
    "slots",
    "opening_window_ms",
    "per_address_limit",
    "per_card_limit",
    "work_bits",
    "pass_weight",
    "hold_seconds",
)
TIME_FIELDS = ("reserve_opens_at", "reserve_closes_at", "starts_at", "ends_at")


def site_currency() -> str:
    return settings.SITE_CURRENCY


def hold_seconds() -> int:
    return settings.SALE_HOLD_SECONDS


def turn_cap() -> int:
    return settings.SALE_TURN_CAP


class SaleKind(models.TextChoices):
    FIRST_COME = "first_come", _("First come, first served")
    DRAW = "draw", _("Draw")


class SaleQuerySet(models.QuerySet["Sale"]):
    def public(self) -> "SaleQuerySet":
        """What everybody may see: whatever was approved at some time and is no rehearsal."""
        return self.exclude(approved_at=None).filter(rehearses=None)

    def running(self) -> "SaleQuerySet":
        """Sales whose gate, holds or stock still need the controller."""
        return self.filter(state__in=[SaleState.APPROVED, SaleState.PAUSED])


class Sale(models.Model):
    """Times are half-open: reserving from `reserve_opens_at` up to, not at, `reserve_closes_at`.

    `epoch`, `nonce` and `gate_run_id` fence the gate: scripts, lease and every drained batch
    carry them, and only the controller's rebuild writes them.

    `wave` is 0 for the sale itself and n from the opening of its n-th wave. `log_length` and
    `log_head` are the end of the chained claim log. `root` and `sealed_at` are set when the
    reservations are sealed, `seed` and `allocated_at` when the window or the draw is decided.
    """

    title = models.CharField(_("title"), max_length=120)
    blurb = models.TextField(_("what it is"), max_length=2_000, blank=True)
    post_text = models.CharField(
        _("text of shared posts"),
        max_length=200,
        blank=True,
        help_text=_("What people who reserve by posting say; may hold a #topic."),
    )
    kind = models.CharField(
        _("kind"), max_length=12, choices=SaleKind.choices, default=SaleKind.FIRST_COME
    )
    state = models.CharField(
        _("state"), max_length=12, choices=SaleState.choices, default=SaleState.DRAFT.value
    )
    currency = models.CharField(_("currency"), max_length=3, default=site_currency, editable=False)
    slots = models.PositiveSmallIntegerField(_("units per person"), default=1)
    opening_window_ms = models.PositiveIntegerField(_("opening window (ms)"), default=0)
    per_address_limit = models.PositiveSmallIntegerField(
        _("units per address"), default=0, help_text=_("0: no limit.")
    )
    per_card_limit = models.PositiveSmallIntegerField(
        _("units per card"), default=0, help_text=_("0: no limit.")
    )
    work_bits = models.PositiveSmallIntegerField(
        _("proof of work (bits)"),
        default=0,
        validators=[MaxValueValidator(WORK_BITS_MAX)],
        help_text=_("0: none. Each bit doubles the work of a browser before it may claim."),
    )
    pass_weight = models.PositiveSmallIntegerField(
        _("weight of a pass"),
        default=0,
        validators=[MaxValueValidator(PASS_WEIGHT_MAX)],
        help_text=_("What a pass adds in a draw to the weight 1 of everybody. 0: no passes."),
    )
    # Announced with the sale, so that no other setting changes its odds afterwards.
    turn_cap = models.PositiveSmallIntegerField(default=turn_cap, editable=False)
    hold_seconds = models.PositiveIntegerField(
        _("seconds to pay"),
        default=hold_seconds,
        validators=[MinValueValidator(30), MaxValueValidator(86_400)],
    )
    reserve_opens_at = models.DateTimeField(_("reservations open"))
    reserve_closes_at = models.DateTimeField(_("reservations close"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    epoch = models.PositiveIntegerField(default=0, editable=False)
    nonce = models.CharField(max_length=32, blank=True, editable=False)
    gate_run_id = models.CharField(max_length=40, blank=True, editable=False)
    wave = models.PositiveSmallIntegerField(_("wave"), default=0, editable=False)
    log_length = models.PositiveIntegerField(default=0, editable=False)
    log_head = models.CharField(max_length=64, blank=True, editable=False)
    root = models.CharField(_("Merkle root"), max_length=64, blank=True, editable=False)
    seed = models.CharField(_("seed"), max_length=64, blank=True, editable=False)
    reserved = models.PositiveIntegerField(_("reservations"), default=0, editable=False)
    withdrawn = models.PositiveIntegerField(_("withdrawn"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    # Whoever scheduled a small drop alone; empty for what an operator scheduled.
    seller = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, related_name="drops", editable=False
    )
    rehearses = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="rehearsed_by", editable=False
    )
    sealed_at = models.DateTimeField(_("reservations sealed"), null=True, editable=False)
    allocated_at = models.DateTimeField(_("window or draw decided"), null=True, editable=False)
    voided_at = models.DateTimeField(_("draw void"), null=True, editable=False)
    proved_at = models.DateTimeField(_("record published"), null=True, editable=False)
    # Where a pause has moved the deadline of the parties' secrets.
    secrets_due_at = models.DateTimeField(_("secrets due"), null=True, editable=False)
    paused_at = models.DateTimeField(_("paused"), null=True, editable=False)
    pause_reason = models.CharField(_("why it is paused"), max_length=200, editable=False)
    sold_out_at = models.DateTimeField(_("first sold out"), null=True, editable=False)
    # Up to which place in the log people were told of their units.
    told_to = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    settled_at = models.DateTimeField(_("settled"), null=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, editable=False)

    objects = SaleQuerySet.as_manager()

    class Meta:
        verbose_name = _("flash sale")
        verbose_name_plural = _("flash sales")
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="sale_state_known", condition=Q(state__in=SaleState.values)
            ),
            models.CheckConstraint(name="sale_kind_known", condition=Q(kind__in=SaleKind.values)),
            models.CheckConstraint(
                name="sale_times_in_order",
                condition=Q(
                    reserve_opens_at__lt=F("reserve_closes_at"),
                    reserve_closes_at__lte=F("starts_at"),
                    starts_at__lt=F("ends_at"),
                ),
            ),
            models.CheckConstraint(
                name="sale_slots_range", condition=Q(slots__range=(1, SLOTS_MAX))
            ),
            models.CheckConstraint(
                name="sale_hold_range", condition=Q(hold_seconds__range=(1, 86_400))
            ),
            models.CheckConstraint(
                name="sale_drop_or_rehearsal", condition=Q(seller=None) | Q(rehearses=None)
            ),
            models.CheckConstraint(
                name="sale_window_of_first_come",
                condition=Q(opening_window_ms=0) | Q(kind=SaleKind.FIRST_COME),
            ),
            models.CheckConstraint(
                name="sale_passes_of_draw", condition=Q(pass_weight=0) | Q(kind=SaleKind.DRAW)
            ),
            models.CheckConstraint(
                name="sale_paused_has_time",
                condition=~Q(state=SaleState.PAUSED) | Q(paused_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["starts_at"],
                name="sale_running",
                condition=Q(state__in=[SaleState.APPROVED, SaleState.PAUSED]),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("flashsale:sale", args=[self.pk])

    @property
    def uses_seed(self) -> bool:
        """Whether anything is decided by lot: a draw, or the order of an opening window."""
        return self.kind == SaleKind.DRAW or self.opening_window_ms > 0

    @property
    def is_undecided(self) -> bool:
        """It has started, and who is first in line is still to come out: of window or draw."""
        return self.uses_seed and self.allocated_at is None


class Lot(models.Model):
    """What a sale has of one variant. Its price is the sale's, whatever the shop asks."""

    sale = models.ForeignKey(Sale, models.PROTECT, related_name="lots", verbose_name=_("sale"))
    variant = models.ForeignKey(
        Variant, models.PROTECT, related_name="lots", verbose_name=_("variant")
    )
    unit_price_minor = models.BigIntegerField(_("price"), help_text=_("In minor units."))
    pledged = models.PositiveIntegerField(
        _("units"), validators=[MinValueValidator(1), MaxValueValidator(UNITS_MAX)]
    )

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="lot_variant_once", fields=["sale", "variant"]),
            models.CheckConstraint(
                name="lot_price_range", condition=Q(unit_price_minor__range=(1, PRICE_MAX_MINOR))
            ),
            models.CheckConstraint(
                name="lot_pledged_range", condition=Q(pledged__range=(1, UNITS_MAX))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pledged} x {self.variant}"
