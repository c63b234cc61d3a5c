"""The sale that the crowd comes for, put up by an operator as any other."""

from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import User
from flashsale.models import Lot, Sale
from flashsale.services import sales
from shop.models import Variant
from shop.services import stock

PRICE_MINOR = 1_000
SETTLING = timedelta(seconds=3)  # for the gate to open before the first person knocks
ENDS_AFTER = timedelta(minutes=10)


def announce(*, units: int, reserve_for: timedelta, now: datetime) -> Lot:
    """Approved, with its units taken out of stock; reservations open in SETTLING."""
    operator = User.objects.filter(is_operator=True).order_by("pk")[0]
    variant = Variant.objects.on_sale().select_related("stock", "product").order_by("pk")[0]
    stock.adjust(
        variant_id=variant.pk,
        on_hand=variant.stock.on_hand + units,
        reason="delivery for a crowd",
        actor_id=operator.pk,
        now=now,
    )
    closes = now + SETTLING + reserve_for
    sale = Sale.objects.create(
        title=f"A crowd for {variant.product.title}",
        currency=settings.SITE_CURRENCY,
        hold_seconds=settings.SALE_HOLD_SECONDS,
        reserve_opens_at=now + SETTLING,
        reserve_closes_at=closes,
        starts_at=closes + SETTLING,
        ends_at=closes + SETTLING + ENDS_AFTER,
        created_at=now,
    )
    lot = Lot.objects.create(
        sale=sale, variant=variant, unit_price_minor=PRICE_MINOR, pledged=units
    )
    sales.approve(sale_id=sale.pk, by=operator, now=now)
    return Lot.objects.select_related("sale", "variant__product__store").get(pk=lot.pk)


def price_minor(lot: Lot) -> int:
    """What a winner pays in all."""
    store = lot.variant.product.store
    return lot.unit_price_minor + store.shipping_minor(lot.unit_price_minor)
