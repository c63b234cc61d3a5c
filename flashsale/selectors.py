"""Page-shaped reads of sales: frozen, with a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, QuerySet

from flashsale.models import Lot, Sale, SaleKind, Unit
from flashsale.phases import Phase, Times, next_change, phase
from flashsale.unit_states import UnitState
from shop.models import Product, Store
from shop.selectors import PictureView
from socialcommerce.lib.problems import NotFound

COMING_DAYS: Final = 14
LIST_MAX: Final = 50
UPCOMING: Final = (Phase.ANNOUNCED, Phase.RESERVING, Phase.READY)
RUNNING: Final = (Phase.LIVE, Phase.PAUSED)


@dataclass(frozen=True, slots=True)
class SaleView:
    """A sale as list, card and page show it. Amounts in minor units of `currency`."""

    id: int
    title: str
    blurb: str
    url: str
    phase: Phase
    times: Times
    store: Store
    lot_id: int
    product_url: str
    variant_name: str
    price_minor: int
    shipping_minor: int
    usual_price_minor: int
    currency: str
    units: Mapping[UnitState, int]
    pledged: int
    reserved: int
    hold_seconds: int
    slots: int
    opening_window_ms: int
    kind: str
    is_sealed: bool
    uses_seed: bool
    work_bits: int
    pause_reason: str
    picture: PictureView | None
    server_now: datetime

    @property
    def next_change_at(self) -> datetime | None:
        """What the countdown runs to."""
        return next_change(times=self.times, now=self.server_now)

    @property
    def left(self) -> timedelta:
        """Until then; nothing once the sale is over."""
        moment = self.next_change_at
        return moment - self.server_now if moment else timedelta()

    @property
    def opening_window_seconds(self) -> str:
        """As the page prints it: whole seconds without a fraction."""
        return f"{self.opening_window_ms / 1_000:g}"

    @property
    def is_draw(self) -> bool:
        return self.kind == SaleKind.DRAW

    @property
    def is_upcoming(self) -> bool:
        return self.phase in UPCOMING

    @property
    def is_live(self) -> bool:
        return self.phase == Phase.LIVE

    @property
    def is_over(self) -> bool:
        return self.phase in (Phase.ENDED, Phase.CANCELLED)

    @property
    def free(self) -> int:
        return self.units.get(UnitState.FREE, 0)

    @property
    def paid(self) -> int:
        return self.units.get(UnitState.PAID, 0)

    @property
    def unpaid(self) -> int:
        """Held by somebody who has yet to pay, or given up after the first sell-out."""
        return self.units.get(UnitState.HELD, 0) + self.units.get(UnitState.POOLED, 0)

    @property
    def unsold(self) -> int:
        """Still to be had, or back with the store once the sale is over."""
        return self.pledged - self.paid - self.unpaid

    @property
    def taken(self) -> int:
        return self.pledged - self.free

    @property
    def people_per_unit(self) -> int:
        """Rounded half up; 0 while there are fewer people than units."""
        if self.reserved <= self.pledged:
            return 0
        return max(1, (2 * self.reserved + self.pledged) // (2 * self.pledged))


def get(sale_id: int, *, now: datetime) -> SaleView:
    """Four queries. Raises NotFound, also for what no operator has approved."""
    views = present(_with_things(Sale.objects.public().filter(pk=sale_id)), now=now)
    if not views:
        raise NotFound
    return views[0]


def listed(*, now: datetime) -> list[SaleView]:
    """Everything that runs or comes, the next first, then what is over, the last first."""
    since, until = now - timedelta(days=COMING_DAYS), now + timedelta(days=COMING_DAYS)
    recent = Sale.objects.public().filter(ends_at__gt=since, starts_at__lt=until)
    views = present(_with_things(recent.order_by("-starts_at"))[:LIST_MAX], now=now)
    over = [view for view in views if view.is_over]
    return [view for view in reversed(views) if not view.is_over] + over


def headline(*, now: datetime) -> SaleView | None:
    """The sale that is live, or else the next one to start."""
    coming = (
        Sale.objects.public()
        .running()
        .filter(ends_at__gt=now, starts_at__lt=now + timedelta(days=COMING_DAYS))
    )
    views = present(_with_things(coming.order_by("starts_at"))[:5], now=now)
    live = [view for view in views if view.phase in RUNNING]
    waiting = [view for view in views if view.is_upcoming]
    return next(iter(live or waiting), None)


def tonight(*, now: datetime) -> list[SaleView]:
    """What runs or starts within a day, in the order of the start."""
    coming = (
        Sale.objects.public()
        .running()
        .filter(ends_at__gt=now, starts_at__lt=now + timedelta(days=1))
    )
    return present(_with_things(coming.order_by("starts_at"))[:4], now=now)


def by_id(ids: Sequence[int], *, now: datetime) -> dict[int, SaleView]:
    views = present(_with_things(Sale.objects.public().filter(pk__in=ids)), now=now)
    return {view.id: view for view in views}


def present(sales: "QuerySet[Sale]", *, now: datetime) -> list[SaleView]:
    """One view a sale; a fixed number of queries."""
    rows = list(sales)
    units = _units(rows)
    return [
        _view(sale, lot, units.get(sale.pk, {}), now=now)
        for sale in rows
        for lot in list(sale.lots.all())[:1]
    ]


def times_of(sale: Sale) -> Times:
    return Times(sale.reserve_opens_at, sale.reserve_closes_at, sale.starts_at, sale.ends_at)


def _with_things(sales: "QuerySet[Sale]") -> "QuerySet[Sale]":
    return sales.prefetch_related(
        "lots__variant__product__store__profile", "lots__variant__product__pictures"
    )


def _units(sales: Sequence[Sale]) -> dict[int, dict[UnitState, int]]:
    grouped = Unit.objects.filter(sale__in=sales).values_list("sale_id", "state")
    found: dict[int, dict[UnitState, int]] = {}
    for sale_id, state, count in grouped.annotate(count=Count("pk")).order_by():
        found.setdefault(sale_id, {})[UnitState(state)] = count
    return found


def _view(sale: Sale, lot: Lot, units: Mapping[UnitState, int], *, now: datetime) -> SaleView:
    product = lot.variant.product
    times = times_of(sale)
    return SaleView(
        id=sale.pk,
        title=sale.title,
        blurb=sale.blurb,
        url=sale.get_absolute_url(),
        phase=phase(times=times, state=sale.state, remain=units.get(UnitState.FREE, 0), now=now),
        times=times,
        store=product.store,
        lot_id=lot.pk,
        product_url=product.get_absolute_url(),
        variant_name=lot.variant.name,
        price_minor=lot.unit_price_minor,
        shipping_minor=product.store.shipping_minor(lot.unit_price_minor),
        usual_price_minor=lot.variant.price_minor,
        currency=sale.currency,
        units=units,
        pledged=lot.pledged,
        reserved=sale.reserved - sale.withdrawn,
        hold_seconds=sale.hold_seconds,
        slots=sale.slots,
        opening_window_ms=sale.opening_window_ms,
        kind=sale.kind,
        is_sealed=sale.sealed_at is not None,
        uses_seed=sale.uses_seed,
        work_bits=sale.work_bits,
        pause_reason=sale.pause_reason,
        picture=_picture(product),
        server_now=now,
    )


def _picture(product: Product) -> PictureView | None:
    picture = next(iter(product.pictures.all()), None)
    if picture is None:
        return None
    return PictureView(
        url=picture.image.url,
        small_url=picture.small.url,
        width=picture.width,
        height=picture.height,
        alt=picture.alt_text,
    )
