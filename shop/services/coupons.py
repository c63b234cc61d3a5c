"""Coupons: a store's code makes its goods cheaper, as often and for as much as it was set.

One code for an order, never two, and none in a sale, whose price is low already. A coupon lowers
the price of the goods, the fan price too, never the shipping; free shipping goes by the price
before. At least CARD_MIN_MINOR stays to be paid. Gift card, wallet and card pay what is left.

Lock order: the order, its stock, the coupon, then payment and accounts.
"""

import re
from datetime import datetime
from typing import Final, NamedTuple

from django.conf import settings
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shop.models import Order, Store
from shop.models.coupons import Coupon, CouponQuerySet, CouponUse
from shop.services.quotes import Quote
from socialcommerce.lib import guards
from socialcommerce.lib.money import Money, basis_points, format_money
from socialcommerce.lib.problems import Conflict, Invalid

CODE: Final = re.compile(r"[A-Z0-9]{3,24}")


class NoSuchCoupon(Invalid):
    code = "no-such-coupon"
    title = _("That code does not work here")


class CouponUsedUp(Conflict):
    code = "coupon-used-up"
    title = _("That code is used up")


class BadCoupon(Invalid):
    code = "bad-coupon"
    title = _("That coupon cannot be set")


class Discount(NamedTuple):
    """What a coupon takes off an order, in minor units; nothing without one."""

    coupon: Coupon | None = None
    minor: int = 0


NO_DISCOUNT: Final = Discount()


class Terms(NamedTuple):
    """What a coupon says. One of `basis_points` and `amount_minor`; None elsewhere is no limit."""

    code: str
    basis_points: int | None
    amount_minor: int | None
    minimum_minor: int
    valid_from: datetime
    valid_until: datetime
    uses_max: int | None
    per_person: int
    budget_minor: int | None


def off(code: str, *, quoted: Quote, store: Store, buyer_id: int, at: datetime) -> Discount:
    """What the code takes off what was quoted, as things stand: `take` decides. Without, nothing.

    Raises NoSuchCoupon (also another store's, too early, over, too small an order), CouponUsedUp.
    """
    if not code.strip():
        return NO_DISCOUNT
    coupon = _named(code, store, at)
    _check_minimum(coupon, quoted)
    minor = min(_off(coupon, quoted.subtotal_minor), quoted.subtotal_minor)
    minor = min(minor, quoted.total_minor - settings.CARD_MIN_MINOR)
    if minor <= 0:
        raise NoSuchCoupon(_("There is too little to pay for it. Nothing was charged."))
    if not _has_left(minor).filter(pk=coupon.pk).exists():
        raise CouponUsedUp(_("Others were first. Nothing was charged; the usual price stands."))
    if _next_number(coupon, buyer_id) > coupon.per_person:
        raise CouponUsedUp(_("You have used it as often as one person may. Nothing was charged."))
    return Discount(coupon, minor)


def take(order: Order, *, now: datetime) -> None:
    """The order's discount is counted, and can be had once less. The order is locked, its stock
    too, and the payment is not begun. Raises CouponUsedUp.
    """
    if order.coupon_id is None:
        return
    row = _has_left(order.discount_minor).in_force(now).filter(pk=order.coupon_id)
    if not guards.is_on("coupons.limits"):
        row = Coupon.objects.filter(pk=order.coupon_id)
    counted = row.update(
        use_count=F("use_count") + 1, given_minor=F("given_minor") + order.discount_minor
    )
    coupon = Coupon.objects.get(pk=order.coupon_id)
    number = _next_number(coupon, order.buyer_id)
    if counted != 1 or (number > coupon.per_person and guards.is_on("coupons.limits")):
        raise CouponUsedUp(_("Others were first. Nothing was charged; the usual price stands."))
    CouponUse.objects.create(
        coupon=coupon,
        order=order,
        buyer_id=order.buyer_id,
        number=number,
        per_person=coupon.per_person,
        amount_minor=order.discount_minor,
        used_at=now,
    )


def lock(order: Order) -> None:
    """The order's coupon, where it has one. After the order and its stock."""
    if order.coupon_id is not None:
        Coupon.objects.select_for_update(no_key=True).get(pk=order.coupon_id)


def give_back(order: Order, *, now: datetime) -> None:
    """An order that comes to nothing has used no coupon. Once; order and stock are locked."""
    if order.coupon_id is None:
        return
    lock(order)
    used = CouponUse.objects.filter(order=order, returned_at__isnull=True)
    if used.update(returned_at=now) == 1:
        Coupon.objects.filter(pk=order.coupon_id).update(
            use_count=F("use_count") - 1, given_minor=F("given_minor") - order.discount_minor
        )


def set_coupon(*, store: Store, terms: Terms, by_id: int, now: datetime) -> Coupon:
    """The coupon stands. Raises BadCoupon."""
    if not CODE.fullmatch(terms.code):
        raise BadCoupon(_("A code has 3 to 24 capital letters and digits."))
    if (terms.basis_points is None) == (terms.amount_minor is None):
        raise BadCoupon(_("A coupon takes off either a share or an amount."))
    if terms.valid_until <= max(now, terms.valid_from):
        raise BadCoupon(_("Its end lies before its beginning, or in the past."))
    if Coupon.objects.filter(store=store, code=terms.code, ended_at__isnull=True).exists():
        raise BadCoupon(_("That code is in use; end the other coupon first."))
    return Coupon.objects.create(
        store=store, **terms._asdict(), created_by_id=by_id, created_at=now
    )


def end_coupon(*, coupon_id: int, now: datetime) -> None:
    """Orders placed from now on pay the usual price. Raises CouponUsedUp where it had ended."""
    if Coupon.objects.filter(pk=coupon_id, ended_at__isnull=True).update(ended_at=now) != 1:
        raise CouponUsedUp(_("It had ended already."))


def _named(code: str, store: Store, at: datetime) -> Coupon:
    coupon = Coupon.objects.in_force(at).filter(store=store, code=code.strip().upper()).first()
    if coupon is None:
        words = _(
            "Please look at it again. It may be another store's, or over. Nothing was charged."
        )
        raise NoSuchCoupon(words)
    return coupon


def _check_minimum(coupon: Coupon, quoted: Quote) -> None:
    if quoted.subtotal_minor < coupon.minimum_minor:
        least = format_money(Money(coupon.minimum_minor, quoted.currency))
        raise NoSuchCoupon(
            _("It is for goods worth %(least)s and more. Nothing was charged.") % {"least": least}
        )


def _off(coupon: Coupon, subtotal_minor: int) -> int:
    if coupon.basis_points is not None:
        return basis_points(subtotal_minor, coupon.basis_points)
    return coupon.amount_minor or 0


def _has_left(minor: int) -> CouponQuerySet:
    """Coupons that can give so much once more."""
    return Coupon.objects.filter(
        Q(uses_max__isnull=True) | Q(use_count__lt=F("uses_max")),
        Q(budget_minor__isnull=True) | Q(given_minor__lte=F("budget_minor") - minor),
    )


def _next_number(coupon: Coupon, buyer_id: int) -> int:
    """The lowest number that no use of that person has."""
    rows = CouponUse.objects.filter(coupon=coupon, buyer_id=buyer_id, returned_at__isnull=True)
    taken = set(rows.values_list("number", flat=True))
    return next(number for number in range(1, len(taken) + 2) if number not in taken)
