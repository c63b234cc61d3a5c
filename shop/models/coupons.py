"""A coupon: a store's lower price for whoever knows its code, and each use of it."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shop.models.stores import AMOUNT_MAX_MINOR, Store


class CouponQuerySet(models.QuerySet["Coupon"]):
    def in_force(self, at: datetime) -> "CouponQuerySet":
        """Begun, and neither over nor ended at that moment."""
        return self.filter(valid_from__lte=at, valid_until__gt=at, ended_at__isnull=True)


class Coupon(models.Model):
    """A share of the goods' price, or an amount; the store sells for less and bears it.

    What is counted here is what the uses below say: both change in one transaction, and neither
    passes its limit, whatever the code above does.
    """

    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, related_name="coupons", verbose_name=_("store")
    )
    code = models.CharField(_("code"), max_length=24)
    basis_points = models.PositiveIntegerField(
        _("share"), null=True, help_text=_("Hundredths of a percent of the goods' price.")
    )
    amount_minor = models.BigIntegerField(_("amount"), null=True)
    minimum_minor = models.BigIntegerField(_("from goods worth"), default=0)
    valid_from = models.DateTimeField(_("from"))
    valid_until = models.DateTimeField(_("until"))
    uses_max = models.PositiveIntegerField(_("times in all"), null=True)
    per_person = models.PositiveSmallIntegerField(_("times for one person"), default=1)
    budget_minor = models.BigIntegerField(_("budget"), null=True)
    use_count = models.PositiveIntegerField(_("used"), default=0)
    given_minor = models.BigIntegerField(_("given"), default=0)
    created_by = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("set by"),
    )
    created_at = models.DateTimeField(_("set"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = CouponQuerySet.as_manager()

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        ordering = ["-created_at", "-id"]
        constraints = [
            # Of one store a code means one thing at a time; an ended one may come again.
            models.UniqueConstraint(
                fields=["store", "code"],
                condition=Q(ended_at__isnull=True),
                name="shop_coupon_code_once",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9]{3,24}$"), name="shop_coupon_code_plain"
            ),
            models.CheckConstraint(
                condition=Q(
                    basis_points__gte=1, basis_points__lte=10_000, amount_minor__isnull=True
                )
                | Q(
                    basis_points__isnull=True,
                    amount_minor__gte=1,
                    amount_minor__lte=AMOUNT_MAX_MINOR,
                ),
                name="shop_coupon_share_or_amount",
            ),
            models.CheckConstraint(
                condition=Q(
                    valid_until__gt=F("valid_from"), minimum_minor__gte=0, per_person__gte=1
                ),
                name="shop_coupon_terms",
            ),
            models.CheckConstraint(
                condition=Q(uses_max__isnull=True) | Q(use_count__lte=F("uses_max")),
                name="shop_coupon_uses",
            ),
            models.CheckConstraint(
                condition=Q(given_minor__gte=0)
                & (Q(budget_minor__isnull=True) | Q(given_minor__lte=F("budget_minor"))),
                name="shop_coupon_budget",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class CouponUse(models.Model):
    """One order that a coupon made cheaper. `number` counts a person's uses, from 1 on."""

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="uses")
    order = models.OneToOneField("shop.Order", on_delete=models.PROTECT, related_name="coupon_use")
    buyer = models.ForeignKey("accounts.Profile", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    # As the coupon said then: the limit is kept by the row itself.
    per_person = models.PositiveSmallIntegerField()
    amount_minor = models.BigIntegerField(_("given"))
    used_at = models.DateTimeField(_("used"))
    returned_at = models.DateTimeField(_("given back"), null=True)

    class Meta:
        verbose_name = _("use of a coupon")
        verbose_name_plural = _("uses of coupons")
        constraints = [
            models.UniqueConstraint(
                fields=["coupon", "buyer", "number"],
                condition=Q(returned_at__isnull=True),
                name="shop_couponuse_number_once",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=F("per_person"), amount_minor__gte=1),
                name="shop_couponuse_within_limit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coupon_id}: {self.order_id}"
