"""Small sales that a seller in good standing schedules alone, within limits (`DROP_*`)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from flashsale.models import Lot, Sale
from flashsale.models.sales import PRICE_MAX_MINOR
from flashsale.sale_states import SaleState
from flashsale.services import sales
from flashsale.services.line_up import sellers, submissions
from flashsale.services.locking import lock_sale
from shop.models import Store, Variant
from socialcommerce.lib import faultpoints, guards
from socialcommerce.lib.problems import Conflict, Forbidden, Invalid, Problem

LASTS_MINUTES: Final = (5, 24 * 60)
OPEN: Final = (SaleState.DRAFT, SaleState.APPROVED, SaleState.PAUSED)


class NotInStanding(Forbidden):
    """`missing` says what would have to be different, one sentence each."""

    code = "not-in-standing"
    title = _("Your store cannot schedule a drop yet")

    def __init__(self, missing: list[str]) -> None:
        super().__init__(" ".join(missing), missing=missing)


class BadDrop(Invalid):
    code = "bad-drop"
    title = _("The drop cannot be like this")


class TooMany(Conflict):
    code = "too-many-drops"
    title = _("Your store has enough drops under way")


class Started(Conflict):
    code = "drop-started"
    title = _("The drop has started")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a seller would like to sell, when and how long. Price in minor units."""

    variant_id: int
    title: str
    blurb: str
    units: int
    unit_price_minor: int
    starts_at: datetime
    lasts_minutes: int


def schedule(*, wish: Wish, by: User, now: datetime) -> Sale:
    """The drop is announced and takes reservations at once, until it starts; its units have left
    the store's stock. On a refusal nothing is left.

    Opens transactions: one that holds the store's row while it counts, and that of
    `sales.approve`. Raises NotFound, NotInStanding, BadDrop, TooMany,
    submissions.NotOnTheShelf, sales.NotReady, and stock.OutOfStock where the shelf was emptied
    meanwhile.
    """
    variant = submissions.variant_of(wish.variant_id, by)
    _check(wish, now=now)
    submissions.check_stock(variant, wish.units)
    sale = _draft(variant, wish, now=now)
    try:
        return sales.approve(sale_id=sale.pk, by=by, now=now)
    except Problem:
        _forget(sale)
        raise


def cancel(*, sale_id: int, by: User, now: datetime) -> None:
    """A drop that has not started is off and its units are back. Raises Started, WrongState."""
    _demand_before_start(sale_id, now=now)
    sales.cancel(sale_id=sale_id, by=by, now=now)


def _demand_before_start(sale_id: int, *, now: datetime) -> None:
    """Nobody can have claimed: the gate opens at the start, and a moment is left for its clock."""
    if now >= Sale.objects.get(pk=sale_id).starts_at - timedelta(seconds=1):
        raise Started(_("People are taking part. You can close it early instead."))


def _check(wish: Wish, *, now: datetime) -> None:
    ahead = wish.starts_at - now
    least = timedelta(minutes=settings.DROP_LEAD_MINUTES)
    if not 1 <= wish.units <= settings.DROP_UNITS_MAX:
        raise BadDrop(_("A drop has 1 to %(max)s units.") % {"max": settings.DROP_UNITS_MAX})
    if not 1 <= wish.unit_price_minor <= PRICE_MAX_MINOR:
        raise BadDrop(_("The price is out of range."))
    if ahead < least:
        raise BadDrop(
            _("It has to start at least %(minutes)s minutes from now, so that people can reserve.")
            % {"minutes": settings.DROP_LEAD_MINUTES}
        )
    if ahead > timedelta(days=settings.DROP_DAYS_AHEAD):
        raise BadDrop(
            _("It has to start within %(days)s days.") % {"days": settings.DROP_DAYS_AHEAD}
        )
    shortest, longest = LASTS_MINUTES
    if not shortest <= wish.lasts_minutes <= longest:
        raise BadDrop(
            _("It lasts %(least)s to %(most)s minutes.") % {"least": shortest, "most": longest}
        )


def _draft(variant: Variant, wish: Wish, *, now: datetime) -> Sale:
    """The store's row serialises two that are scheduled at once."""
    with transaction.atomic(durable=True):
        store = _lock_store(variant.product.store_id)
        missing = sellers.standing(store, now=now).missing()
        if missing:
            raise NotInStanding(missing)
        if Sale.objects.filter(seller=store, state__in=OPEN, ends_at__gt=now).count() >= (
            settings.DROP_OPEN_MAX
        ):
            raise TooMany(
                _("At most %(max)s at once. Wait until one is over.")
                % {"max": settings.DROP_OPEN_MAX}
            )
        faultpoints.reach("drops counted")
        sale = Sale.objects.create(
            title=wish.title,
            blurb=wish.blurb,
            seller=store,
            reserve_opens_at=now,
            reserve_closes_at=wish.starts_at,
            starts_at=wish.starts_at,
            ends_at=wish.starts_at + timedelta(minutes=wish.lasts_minutes),
            created_at=now,
        )
        Lot.objects.create(
            sale=sale, variant=variant, unit_price_minor=wish.unit_price_minor, pledged=wish.units
        )
    return sale


def _lock_store(store_id: int) -> Store:
    stores = Store.objects.all()
    if guards.is_on("store lock"):
        stores = stores.select_for_update(no_key=True)
    return stores.get(pk=store_id)


def _forget(sale: Sale) -> None:
    """The draft that was refused is gone; its place among the open drops is free."""
    with transaction.atomic(durable=True):
        lock_sale(sale.pk)
        sale.lots.all().delete()
        sale.delete()
