"""What the line-up shows: the sales of two weeks by day, in the site's time zone."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils import timezone

from flashsale import selectors
from flashsale.local_time import moment_of
from flashsale.models import Lot, Sale, Slot
from flashsale.pages.icalendar import Event
from flashsale.sale_states import SaleState
from flashsale.selectors import SaleView
from shop.models import Category

DAYS: Final = 14
SALES_MAX: Final = 200  # what operators planned comes first, drops of sellers fill up


@dataclass(frozen=True, slots=True)
class Entry:
    """A sale of the line-up, or a slot for which none is announced yet (`sale` is None)."""

    at: datetime
    programme: str
    category: str
    is_pick: bool
    is_drop: bool
    sale: SaleView | None

    @property
    def label(self) -> str:
        return str(Category(self.category).label) if self.category else ""

    @property
    def left(self) -> timedelta:
        """Until it starts; nothing once it has."""
        now = self.sale.server_now if self.sale else self.at
        return max(self.at - now, timedelta())


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    is_today: bool
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class LineUp:
    """`next` is the next to start; `picks` are today's, one or more of each category."""

    days: list[Day]
    picks: list[Entry]
    next: Entry | None
    categories: list[Category]
    chosen: Category | None
    zone: str


def build(*, now: datetime, category: str = "") -> LineUp:
    """A fixed number of queries. A category that is none shows everything."""
    chosen = Category(category) if category in Category.values else None
    everything = sorted([*_sales(now=now), *_still_empty(now=now)], key=lambda entry: entry.at)
    entries = [entry for entry in everything if chosen in (None, entry.category)]
    days = _by_day(entries, _days(now))
    coming = (entry for entry in entries if entry.sale and entry.sale.is_upcoming)
    return LineUp(
        days=days,
        picks=[entry for entry in days[0].entries if entry.is_pick and entry.sale],
        next=next(coming, None),
        categories=[one for one in Category if any(one == entry.category for entry in everything)],
        chosen=chosen,
        zone=settings.TIME_ZONE,
    )


@dataclass(frozen=True, slots=True)
class SlotDay:
    """A day of the operator's calendar; its slots come with programme and sale."""

    day: date
    is_today: bool
    slots: list[Slot]


def slot_days(*, now: datetime) -> list[SlotDay]:
    """Two weeks, days without a slot included. One query."""
    coming = Slot.objects.filter(starts_at__gte=_midnight(now), starts_at__lt=_midnight(now, DAYS))
    found: dict[date, list[Slot]] = defaultdict(list)
    for slot in coming.select_related("programme", "sale").order_by("starts_at", "pk"):
        found[timezone.localdate(slot.starts_at, _zone())].append(slot)
    return [SlotDay(day, day == _days(now)[0], found[day]) for day in _days(now)]


def events(*, now: datetime) -> list[Event]:
    """The same sales for calendars, and what was called off, so that it vanishes there too."""
    coming = _between(_midnight(now) - timedelta(days=1), _midnight(now, DAYS))
    lots = "lots__variant__product__store__profile"
    return [_event(sale) for sale in coming.prefetch_related(lots)[:SALES_MAX]]


def _event(sale: Sale) -> Event:
    off = sale.state == SaleState.CANCELLED
    names = [lot.variant.product.store.profile.name for lot in sale.lots.all()]
    host = settings.SITE_URL.partition("://")[2]
    return Event(
        uid=f"sale-{sale.pk}@{host}",
        starts_at=sale.starts_at,
        ends_at=max(sale.ends_at, sale.starts_at),
        stamped_at=sale.cancelled_at or sale.approved_at or sale.created_at,
        title=sale.title,
        text="\n".join([*dict.fromkeys(names), sale.blurb]).strip(),
        url=settings.SITE_URL + sale.get_absolute_url(),
        revision=int(off),
        is_cancelled=off,
    )


def _between(since: datetime, until: datetime) -> "QuerySet[Sale]":
    sales = Sale.objects.public().filter(starts_at__gte=since, starts_at__lt=until)
    alone = ExpressionWrapper(Q(seller__isnull=False), output_field=BooleanField())
    return sales.order_by(alone, "starts_at", "pk")


def _sales(*, now: datetime) -> Iterator[Entry]:
    coming = _between(_midnight(now), _midnight(now, DAYS)).select_related("slot__programme")
    sales = list(coming.exclude(state=SaleState.CANCELLED)[:SALES_MAX])
    ids = [sale.pk for sale in sales]
    views, categories = selectors.by_id(ids, now=now), _categories(ids)
    for sale in sales:
        if sale.pk in views:  # called off meanwhile
            slot = getattr(sale, "slot", None)
            yield Entry(
                at=sale.starts_at,
                programme=slot.programme.name if slot else "",
                category=(slot and slot.programme.category) or categories.get(sale.pk, ""),
                is_pick=bool(slot and slot.programme.category),
                is_drop=sale.seller_id is not None,
                sale=views[sale.pk],
            )


def _still_empty(*, now: datetime) -> Iterator[Entry]:
    """Slots whose sale nobody has announced: drafts are not shown before they are approved."""
    unknown = Q(sale=None) | Q(sale__state__in=[SaleState.CANCELLED, SaleState.DRAFT])
    slots = Slot.objects.filter(unknown, starts_at__gt=now, starts_at__lt=_midnight(now, DAYS))
    for slot in slots.select_related("programme"):
        category = slot.programme.category
        yield Entry(
            at=slot.starts_at,
            programme=slot.programme.name,
            category=category,
            is_pick=bool(category),
            is_drop=False,
            sale=None,
        )


def _categories(sale_ids: Sequence[int]) -> dict[int, str]:
    """Of each sale's first lot."""
    lots = Lot.objects.filter(sale__in=sale_ids).order_by("-pk")
    return dict(lots.values_list("sale_id", "variant__product__category"))


def _by_day(entries: Sequence[Entry], days: Sequence[date]) -> list[Day]:
    found: dict[date, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[timezone.localdate(entry.at, _zone())].append(entry)
    return [Day(day, day == days[0], found[day]) for day in days]


def _days(now: datetime) -> list[date]:
    today = timezone.localdate(now, _zone())
    return [today + timedelta(days=ahead) for ahead in range(DAYS)]


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def _midnight(now: datetime, days: int = 0) -> datetime:
    """The first moment of today, or of that many days later."""
    zone = _zone()
    return moment_of(timezone.localdate(now, zone) + timedelta(days=days), time(), zone)
