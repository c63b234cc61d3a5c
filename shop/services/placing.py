"""The row of an order that is placed: today's price, the fee, and what the buyer saw, frozen."""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from shop.models import Order, OrderLine, Variant
from shop.services import coupons, fan_prices, fees, promises
from shop.services.quotes import Quote, quote
from socialcommerce.lib.money import Money, format_money
from socialcommerce.lib.problems import Conflict, NotFound


class NotForSale(NotFound):
    code = "not-for-sale"
    title = _("This is not on sale")


class TotalChanged(Conflict):
    """The total is another one than the buyer saw; `total_minor` is today's."""

    code = "total-changed"
    title = _("The total has changed")

    def __init__(self, quoted: Quote) -> None:
        total = format_money(Money(quoted.total_minor, quoted.currency))
        super().__init__(
            _("It is now %(total)s. Nothing was charged; please confirm the new total.")
            % {"total": total},
            total_minor=quoted.total_minor,
            currency=quoted.currency,
        )


class KeyReused(Conflict):
    code = "idempotency-conflict"
    title = _("This purchase was sent before with other choices")


def hashed(*parts: object) -> str:
    """What is asked under a key, so that a repeat can be told from another wish."""
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()


def earlier(buyer: Profile, key: str, request_hash: str) -> Order | None:
    """The order that stands under the buyer's key. Raises KeyReused where it says otherwise."""
    order = Order.objects.filter(buyer=buyer, key=key).first()
    if order is not None and order.request_hash != request_hash:
        raise KeyReused(_("Please start again from the product. Nothing was charged twice."))
    return order


def on_sale(variant_id: int, *, buyer: Profile) -> Variant:
    """What that person may buy today, with product, store and profile. Raises NotForSale."""
    variant = (
        Variant.objects.on_sale()
        .select_related("product__store__profile")
        .filter(pk=variant_id)
        .first()
    )
    if variant is None or not _may_meet(buyer, variant.product.store.profile_id):
        raise NotForSale(_("The store has taken it off the shelf. Nothing was charged."))
    return variant


def _may_meet(buyer: Profile, profile_id: int) -> bool:
    return Profile.objects.visible_to(buyer).filter(pk=profile_id).exists()


def insert(
    *,
    buyer: Profile,
    variant: Variant,
    quantity: int,
    address: dict[str, str],
    seen_total_minor: int,
    key: str,
    request_hash: str,
    now: datetime,
    code: str = "",
) -> Order:
    """The order, or the one that a request with the same key has made in the meantime. A coupon's
    code makes it cheaper; the coupon is not taken yet.
    """
    store = variant.product.store
    price_minor = fan_prices.unit_price_minor(variant, buyer=buyer, now=now)
    quoted = quote(store=store, unit_price_minor=price_minor, quantity=quantity)
    off = coupons.off(code, quoted=quoted, store=store, buyer_id=buyer.pk, at=now)
    quoted = quoted.less(off.minor)
    if quoted.total_minor != seen_total_minor:
        raise TotalChanged(quoted)
    terms = fees.terms_of([variant.pk], currency=quoted.currency, at=now)[variant.pk]
    order = Order(
        buyer=buyer,
        store=store,
        fee_rule_id=terms.rule_id,
        fee_basis_points=terms.basis_points,
        fee_fixed_minor=terms.fixed_minor,
        fee_minor=terms.of(quoted.total_minor),
        subtotal_minor=quoted.subtotal_minor,
        shipping_minor=quoted.shipping_minor,
        total_minor=quoted.total_minor,
        currency=quoted.currency,
        coupon=off.coupon,
        discount_minor=off.minor,
        address=address,
        shown=promises.shown(variant, quoted, code=off.coupon.code if off.coupon else ""),
        key=key,
        request_hash=request_hash,
        created_at=now,
        pay_by=now + timedelta(seconds=settings.ORDER_PAY_WITHIN_SECONDS),
    )
    try:
        # The unique key makes a rival with the same key wait here until we are through.
        with transaction.atomic():
            order.save(force_insert=True)
    except IntegrityError:
        rival = earlier(buyer, key, request_hash)
        if rival is None:
            raise
        return rival
    OrderLine.objects.create(
        order=order,
        variant=variant,
        title=variant.product.title,
        variant_name=variant.name,
        unit_price_minor=quoted.unit_price_minor,
        quantity=quantity,
        vat_basis_points=variant.product.vat_basis_points,
    )
    return order
