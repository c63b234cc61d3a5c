"""What the site keeps of an order: rules that are added and ended, never rewritten."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.models.products import Category, Product
from shop.models.stores import AMOUNT_MAX_MINOR, Store


class FeeScope(models.TextChoices):
    """The narrowest that fits an order decides: product, store, category, site."""

    SITE = "site", _("Whole site")
    CATEGORY = "category", _("Category")
    STORE = "store", _("Store")
    PRODUCT = "product", _("Product")


class FeeRuleQuerySet(models.QuerySet["FeeRule"]):
    def in_force(self, at: datetime) -> "FeeRuleQuerySet":
        """Begun and not ended at that moment."""
        open_ended = models.Q(ended_at__isnull=True) | models.Q(ended_at__gt=at)
        return self.filter(open_ended, valid_from__lte=at)


class FeeRule(models.Model):
    """A share of the total (shipping included) and a fixed part, of orders placed while in force.

    Orders keep the terms they were placed under, so that a rule never reaches back. A trigger
    refuses every change but the end, and every deletion: what stands here is the history.
    """

    scope = models.CharField(_("for"), max_length=8, choices=FeeScope.choices)
    category = models.CharField(
        _("category"), max_length=16, choices=Category.choices, blank=True, default=""
    )
    store = models.ForeignKey(
        Store,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="fee_rules",
        verbose_name=_("store"),
    )
    product = models.ForeignKey(
        Product,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="fee_rules",
        verbose_name=_("product"),
    )
    basis_points = models.PositiveIntegerField(
        _("share"), help_text=_("Hundredths of a percent of an order's total.")
    )
    fixed_minor = models.BigIntegerField(
        _("fixed part"), default=0, help_text=_("In minor units, for each order.")
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        default="",
        help_text=_("Empty: orders in any currency. A fixed part has one."),
    )
    note = models.CharField(_("why"), max_length=200)
    valid_from = models.DateTimeField(_("valid from"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    created_by = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("set by"),
    )
    created_at = models.DateTimeField(_("set"))

    objects = FeeRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("fee rule")
        verbose_name_plural = _("fee rules")
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    scope=FeeScope.SITE, category="", store__isnull=True, product__isnull=True
                )
                | models.Q(
                    scope=FeeScope.CATEGORY,
                    category__in=Category.values,
                    store__isnull=True,
                    product__isnull=True,
                )
                | models.Q(
                    scope=FeeScope.STORE, category="", store__isnull=False, product__isnull=True
                )
                | models.Q(
                    scope=FeeScope.PRODUCT, category="", store__isnull=True, product__isnull=False
                ),
                name="shop_feerule_scope_has_its_own",
            ),
            models.CheckConstraint(
                condition=models.Q(basis_points__lte=10_000), name="shop_feerule_at_most_all"
            ),
            models.CheckConstraint(
                condition=models.Q(fixed_minor=0)
                | models.Q(
                    fixed_minor__gt=0,
                    fixed_minor__lte=AMOUNT_MAX_MINOR,
                    currency__regex="^[A-Z]{3}$",
                ),
                name="shop_feerule_fixed_has_currency",
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.get_scope_display()}: {self.subject}"
            if self.subject
            else str(self.get_scope_display())
        )

    @property
    def subject(self) -> str:
        """What of that scope it is about; empty for the whole site."""
        if self.scope == FeeScope.CATEGORY:
            return str(self.get_category_display())
        return str(self.product or self.store or "")
