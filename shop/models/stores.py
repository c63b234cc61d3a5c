"""A store: the selling side of a profile."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.store_states import StoreState

AMOUNT_MAX_MINOR = 10**12  # far below what a bigint sums safely, far above any price


class StoreQuerySet(models.QuerySet["Store"]):
    def open(self) -> "StoreQuerySet":
        return self.filter(state=StoreState.APPROVED)


class Store(models.Model):
    """What a store profile sells by: its currency, its shipping price, who stands behind it."""

    profile = models.OneToOneField(
        "accounts.Profile",
        on_delete=models.PROTECT,
        related_name="store",
        verbose_name=_("profile"),
    )
    state = models.CharField(
        _("state"), max_length=12, choices=StoreState.choices, default=StoreState.APPLIED.value
    )
    pitch = models.CharField(_("what it sells"), max_length=500)
    currency = models.CharField(_("currency"), max_length=3)
    shipping_price_minor = models.BigIntegerField(
        _("shipping price"), default=0, help_text=_("In minor units, for a whole order.")
    )
    free_shipping_from_minor = models.BigIntegerField(
        _("free shipping from"),
        null=True,
        blank=True,
        help_text=_("In minor units; empty means that shipping is never free."),
    )
    # What an invoice has to name; orders keep them as they stood (`Order.shown`).
    legal_name = models.CharField(_("name on invoices"), max_length=120, blank=True, default="")
    legal_address = models.CharField(
        _("address on invoices"), max_length=300, blank=True, default=""
    )
    tax_id = models.CharField(_("tax id"), max_length=40, blank=True, default="")
    ship_within_days = models.PositiveSmallIntegerField(_("ships within (days)"), default=3)
    created_at = models.DateTimeField(_("applied"))
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)

    objects = StoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=StoreState.values),
                name="shop_store_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    shipping_price_minor__gte=0, shipping_price_minor__lte=AMOUNT_MAX_MINOR
                ),
                name="shop_store_shipping_price_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(free_shipping_from_minor__isnull=True)
                | models.Q(
                    free_shipping_from_minor__gte=0, free_shipping_from_minor__lte=AMOUNT_MAX_MINOR
                ),
                name="shop_store_free_shipping_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(ship_within_days__gte=1, ship_within_days__lte=60),
                name="shop_store_ship_within_in_range",
            ),
        ]

    def __str__(self) -> str:
        return str(self.profile)

    def get_absolute_url(self) -> str:
        return reverse("shop:store", args=[self.profile.handle])

    @property
    def is_open(self) -> bool:
        return self.state == StoreState.APPROVED

    def shipping_minor(self, subtotal_minor: int) -> int:
        """The shipping price of one order with that subtotal, in minor units."""
        free_from = self.free_shipping_from_minor
        if free_from is not None and subtotal_minor >= free_from:
            return 0
        return self.shipping_price_minor
