"""An order: what one person buys from one store at one moment."""

from typing import Final

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.models.products import Variant
from shop.models.stores import AMOUNT_MAX_MINOR, Store
from shop.order_states import OrderState
from socialcommerce.lib import spoken

PAID_STATES: Final = ["paid", "shipped", "completed"]


def new_number() -> str:
    """Random, so that it tells nobody how many orders there are: 60 bits, three groups of four."""
    return spoken.grouped(spoken.new(12))


class OrderOrigin(models.TextChoices):
    CHECKOUT = "checkout", _("Checkout")
    SALE = "sale", _("Sale")


class Order(models.Model):
    """Amounts are in minor units of `currency`; `shown` is what the buyer saw, for ever."""

    number = models.CharField(_("number"), max_length=14, default=new_number)
    # Found by the indexes below, which begin with them; one more each is written with each order.
    buyer = models.ForeignKey(
        "accounts.Profile",
        on_delete=models.PROTECT,
        related_name="orders",
        verbose_name=_("buyer"),
        db_index=False,
    )
    store = models.ForeignKey(
        Store,
        on_delete=models.PROTECT,
        related_name="orders",
        verbose_name=_("store"),
        db_index=False,
    )
    state = models.CharField(
        _("state"),
        max_length=16,
        choices=OrderState.choices,
        default=OrderState.AWAITING_PAYMENT.value,
    )
    subtotal_minor = models.BigIntegerField(_("subtotal"))
    shipping_minor = models.BigIntegerField(_("shipping"))
    total_minor = models.BigIntegerField(_("total"))
    currency = models.CharField(_("currency"), max_length=3)
    # What a coupon took off, as it stood then; a trigger keeps it. The key is not checked by the
    # database, row by row of a sale that has none: coupons are ended, never deleted.
    coupon = models.ForeignKey(
        "shop.Coupon",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        verbose_name=_("coupon"),
        db_constraint=False,
        db_index=False,
    )
    discount_minor = models.BigIntegerField(_("discount"), default=0, db_default=0)
    # The site's fee as it stood when the order was placed; a trigger keeps it. The rule's key is
    # not checked by the database, row by row of a sale: a trigger keeps rules from being deleted.
    fee_rule = models.ForeignKey(
        "shop.FeeRule",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        verbose_name=_("fee rule"),
        db_constraint=False,
        db_index=False,
    )
    fee_basis_points = models.PositiveIntegerField(_("fee, share"), default=0, db_default=0)
    fee_fixed_minor = models.BigIntegerField(_("fee, fixed part"), default=0, db_default=0)
    fee_minor = models.BigIntegerField(_("fee"), default=0, db_default=0)
    address = models.JSONField(_("address"))
    shown = models.JSONField(_("as the buyer saw it"))
    payment = models.ForeignKey(
        "payments.Payment",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("payment"),
    )
    origin = models.CharField(
        _("origin"), max_length=8, choices=OrderOrigin.choices, default=OrderOrigin.CHECKOUT
    )
    origin_reference = models.CharField(_("origin reference"), max_length=60, blank=True)
    # The buyer's idempotency key and what was asked under it; empty for orders made in bulk.
    key = models.CharField(max_length=64, blank=True)
    request_hash = models.CharField(max_length=64, blank=True)
    carrier = models.CharField(_("carrier"), max_length=60, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=60, blank=True)
    cancel_reason = models.CharField(_("reason"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("placed"))
    pay_by = models.DateTimeField(_("pay by"))
    paid_at = models.DateTimeField(_("paid"), null=True)
    ship_by = models.DateTimeField(_("ship by"), null=True)
    shipped_at = models.DateTimeField(_("shipped"), null=True)
    receive_by = models.DateTimeField(_("receive by"), null=True)
    completed_at = models.DateTimeField(_("completed"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=OrderState.values),
                name="shop_order_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    subtotal_minor__gt=0,
                    shipping_minor__gte=0,
                    total_minor__gt=0,
                    total_minor=models.F("subtotal_minor")
                    + models.F("shipping_minor")
                    - models.F("discount_minor"),
                ),
                name="shop_order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=models.Q(discount_minor=0, coupon__isnull=True)
                | models.Q(
                    discount_minor__gt=0,
                    discount_minor__lte=models.F("subtotal_minor"),
                    coupon__isnull=False,
                ),
                name="shop_order_discount_has_coupon",
            ),
            models.CheckConstraint(
                condition=models.Q(fee_minor__gte=0, fee_minor__lte=models.F("total_minor")),
                name="shop_order_fee_fits",
            ),
            models.CheckConstraint(
                # Whoever is owed goods or got them has paid: there is a payment and its time.
                condition=~models.Q(state__in=PAID_STATES)
                | models.Q(payment__isnull=False, paid_at__isnull=False),
                name="shop_order_paid_has_payment",
            ),
            # Not on the field, which would bring an index for LIKE along.
            models.UniqueConstraint(fields=["number"], name="shop_order_number_once"),
            models.UniqueConstraint(
                fields=["buyer", "key"], condition=~models.Q(key=""), name="shop_order_key_once"
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "-created_at", "-id"], name="shop_order_by_buyer"),
            models.Index(fields=["store", "state", "-created_at"], name="shop_order_by_store"),
            models.Index(
                fields=["pay_by"],
                name="shop_order_unpaid",
                condition=models.Q(state=OrderState.AWAITING_PAYMENT.value),
            ),
            models.Index(
                fields=["receive_by"],
                name="shop_order_under_way",
                condition=models.Q(state=OrderState.SHIPPED.value),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("shop:order", args=[self.number])

    @property
    def reference(self) -> str:
        """What payments call this order."""
        return f"order:{self.pk}"


class OrderLine(models.Model):
    """A copy, not a link: the order keeps what was bought when the product has moved on."""

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="lines", verbose_name=_("order")
    )
    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, related_name="+", verbose_name=_("variant")
    )
    title = models.CharField(_("title"), max_length=120)
    variant_name = models.CharField(_("variant"), max_length=60)
    unit_price_minor = models.BigIntegerField(_("price"))
    quantity = models.PositiveIntegerField(_("quantity"))
    # The rate that was in the price, for the store's invoice; None where the store says nothing.
    vat_basis_points = models.PositiveIntegerField(_("VAT"), null=True)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    unit_price_minor__gt=0, unit_price_minor__lte=AMOUNT_MAX_MINOR, quantity__gt=0
                ),
                name="shop_line_of_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.title}"
