"""Page-shaped reads of sales: frozen, with a fixed number of queries."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from flashsale.models import Sale, SaleKind, Unit
from flashsale.pages import lots
from flashsale.pages.lots import LotView, Stock
from flashsale.phases import Phase, Times, next_change, phase
from flashsale.sale_states import SaleState
from flashsale.unit_states import UnitState
from shop.models import Store
from socialcommerce.lib.problems import NotFound

COMING_DAYS: Final = 14
LIST_MAX: Final = 50
UPCOMING: Final = (Phase.ANNOUNCED, Phase.RESERVING, Phase.READY)
RUNNING: Final = (Phase.LIVE, Phase.PAUSED)


@dataclass(frozen=True, slots=True)
class SaleView(Stock):
    """A sale as list, card and page show it, its units counted over all lots.

    Amounts in minor units of `currency`. `has_sold_out` stays true when units come back.
    """

    id: int
    title: str
    blurb: str
    url: str
    phase: Phase
    times: Times
    store: Store
    lots: tuple[LotView, ...]
    currency: str
    hold_seconds: int
    slots: int
    opening_window_ms: int
    kind: str
    is_sealed: bool
    uses_seed: bool
    work_bits: int
    pause_reason: str
    has_sold_out: bool
    server_now: datetime

    @property
    def lot(self) -> LotView:
        """What stands for the sale where one thing is shown."""
        return self.lots[0]

    @property
    def has_choice(self) -> bool:
        return len(self.lots) > 1

    @property
    def price_minor(self) -> int:
        """The lowest."""
        return min(lot.price_minor for lot in self.lots)

    @property
    def has_one_price(self) -> bool:
        return all(lot.price_minor == self.price_minor for lot in self.lots)

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
    def window_ends_at(self) -> datetime:
        """The first moment that is not in the opening window."""
        return self.times.starts_at + timedelta(milliseconds=self.opening_window_ms)

    @property
    def has_window_ahead(self) -> bool:
        """Whether pressing may still count as pressing in the opening window."""
        return self.server_now < self.window_ends_at and self.opening_window_ms > 0

    @property
    def window_part(self) -> str:
        """What pressing means at this moment: "before", "inside" or "over"."""
        if not self.has_window_ahead:
            return "over"
        return "inside" if self.server_now >= self.times.starts_at else "before"

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


def get(sale_id: int, *, now: datetime) -> SaleView:
    """Four queries. Raises NotFound, also for what no operator has approved."""
    views = present(_with_things(Sale.objects.public().filter(pk=sale_id)), now=now)
    if not views:
        raise NotFound
    return views[0]


def listed(*, now: datetime) -> list[SaleView]:
    """What runs or comes, the next first, then what is over, the last first: LIST_MAX, and what is
    to come before what was.
    """
    since, until = now - timedelta(days=COMING_DAYS), now + timedelta(days=COMING_DAYS)
    recent = Sale.objects.public().filter(ends_at__gt=since, starts_at__lt=until)
    over = Q(ends_at__lte=now) | Q(state__in=[SaleState.CANCELLED, SaleState.SETTLED])
    coming, gone = recent.exclude(over).order_by("starts_at"), recent.filter(over)
    ids = list(coming.values_list("pk", flat=True)[:LIST_MAX])
    ids += gone.order_by("-starts_at").values_list("pk", flat=True)[: LIST_MAX - len(ids)]
    views = by_id(ids, now=now)
    return [views[sale_id] for sale_id in ids if sale_id in views]


def headline(*, now: datetime) -> SaleView | None:
    """The sale that is live, or else the next one to start. One that is sold out is neither, and
    hides none of them.
    """
    free = Unit.objects.filter(sale=OuterRef("pk"), state=UnitState.FREE)
    coming = (
        Sale.objects.public()
        .running()
        .filter(ends_at__gt=now, starts_at__lt=now + timedelta(days=COMING_DAYS))
        .filter(Q(starts_at__gt=now) | Exists(free))
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
    units, wanted = lots.units(rows), lots.wanted(rows)
    return [
        _view(sale, tuple(found), now=now)
        for sale in rows
        if (found := lots.views(sale, units, wanted))
    ]


def times_of(sale: Sale) -> Times:
    return Times(sale.reserve_opens_at, sale.reserve_closes_at, sale.starts_at, sale.ends_at)


def _with_things(sales: "QuerySet[Sale]") -> "QuerySet[Sale]":
    return sales.prefetch_related(
        "lots__variant__product__store__profile", "lots__variant__product__pictures"
    )


def _view(sale: Sale, found: tuple[LotView, ...], *, now: datetime) -> SaleView:
    times, units = times_of(sale), _sum(found)
    return SaleView(
        units=units,
        pledged=sum(lot.pledged for lot in found),
        reserved=sale.reserved - sale.withdrawn,
        id=sale.pk,
        title=sale.title,
        blurb=sale.blurb,
        url=sale.get_absolute_url(),
        phase=phase(times=times, state=sale.state, remain=units[UnitState.FREE], now=now),
        times=times,
        store=next(iter(sale.lots.all())).variant.product.store,
        lots=found,
        currency=sale.currency,
        hold_seconds=sale.hold_seconds,
        slots=sale.slots,
        opening_window_ms=sale.opening_window_ms,
        kind=sale.kind,
        is_sealed=sale.sealed_at is not None,
        uses_seed=sale.uses_seed,
        work_bits=sale.work_bits,
        pause_reason=sale.pause_reason,
        has_sold_out=sale.sold_out_at is not None,
        server_now=now,
    )


def _sum(found: Sequence[LotView]) -> Counter[UnitState]:
    return sum((Counter(lot.units) for lot in found), Counter())
