"""How many of a variant there are, and every reason why that number changed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.models.products import Variant


class StockItem(models.Model):
    """`held` pieces of `on_hand` wait for a payment; the rest can be sold.

    Only `shop.services.stock` writes it, always together with a StockMovement.
    """

    variant = models.OneToOneField(
        Variant, on_delete=models.PROTECT, related_name="stock", verbose_name=_("variant")
    )
    on_hand = models.BigIntegerField(_("on hand"), default=0)
    held = models.BigIntegerField(_("held"), default=0)
    low_at = models.PositiveIntegerField(
        _("low at"), default=3, help_text=_("At this many free pieces the dashboard speaks up.")
    )

    class Meta:
        verbose_name = _("stock item")
        verbose_name_plural = _("stock")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(held__gte=0, held__lte=models.F("on_hand")),
                name="shop_stock_held_within_on_hand",
            ),
        ]

    def __str__(self) -> str:
        return str(self.variant)

    @property
    def free(self) -> int:
        return self.on_hand - self.held


class MovementKind(models.TextChoices):
    ADJUSTED = "adjusted", _("Adjusted by the store")
    HELD = "held", _("Held for a payment")
    FREED = "freed", _("Hold freed")
    SOLD = "sold", _("Sold")
    RETURNED = "returned", _("Order cancelled")
    LOT_TAKEN = "lot_taken", _("Taken for a sale")
    LOT_RETURNED = "lot_returned", _("Back from a sale")


class StockMovement(models.Model):
    """Append-only: what changed, by how much and why. A trigger refuses UPDATE and DELETE."""

    stock_item = models.ForeignKey(
        StockItem, on_delete=models.PROTECT, related_name="movements", verbose_name=_("stock item")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=MovementKind.choices)
    on_hand_delta = models.BigIntegerField(_("on hand"))
    held_delta = models.BigIntegerField(_("held"))
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=MovementKind.values), name="shop_movement_kind_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(on_hand_delta=0, held_delta=0),
                name="shop_movement_moves_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on_hand_delta:+d}"


class HoldState(models.TextChoices):
    HELD = "held", _("Held")
    TAKEN = "taken", _("Taken")
    FREED = "freed", _("Freed")


class StockHold(models.Model):
    """Pieces set aside for an order while its card payment runs."""

    order = models.ForeignKey("shop.Order", on_delete=models.PROTECT, related_name="holds")
    stock_item = models.ForeignKey(StockItem, on_delete=models.PROTECT, related_name="holds")
    quantity = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=HoldState.choices, default=HoldState.HELD)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "stock_item"], name="shop_hold_once_per_order_and_item"
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="shop_hold_of_something"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=HoldState.values), name="shop_hold_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} for order {self.order_id}"
