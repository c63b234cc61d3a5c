"""The sale that is played: the same configuration as the real one, in seconds and test money."""

import math
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.models import User
from flashsale.models import Lot, Sale, Wave
from flashsale.rehearsal import cast
from flashsale.services import sales
from shop.services import stock
from socialcommerce.lib import clock, redis

SETTLING_SECONDS: Final = 4  # for the controller to open the gate, for a drain to catch up
# For whoever is late because something was away; the sale is closed once everybody is done.
LATE_SECONDS: Final = 30
HOLD_SECONDS_MAX: Final = 8  # nobody waits five minutes for a hold to run out in a rehearsal
PEOPLE_A_UNIT: Final = 2  # at least: a sale that does not sell out shows little
THREADS: Final = 4  # that send; more of them only wait for each other in one process
MEASURED_SECONDS: Final = 0.3
# Of the round trips that this process can make: the rest of the machine works on the answers.
SHARE_OF_RATE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Timeline:
    """The moments of the sale that is played."""

    reserve_opens_at: datetime
    reserve_closes_at: datetime
    starts_at: datetime
    waves_at: tuple[datetime, ...]
    ends_at: datetime
    hold_seconds: int


def sending_rate() -> int:
    """How many people a second this machine can play, measured against the gate's Redis."""
    until = time.monotonic() + MEASURED_SECONDS
    with ThreadPoolExecutor(THREADS) as pool:
        done = sum(pool.map(lambda _thread: _round_trips(until), range(THREADS)))
    return max(50, int(done / MEASURED_SECONDS * SHARE_OF_RATE))


def timeline(sale: Sale, *, people: int, claim_seconds: int, rate: int, now: datetime) -> Timeline:
    """The order of the real sale, each part as short as so many people allow."""

    def after(moment: datetime, seconds: float) -> datetime:
        return moment + timedelta(seconds=seconds)

    hold = min(sale.hold_seconds, HOLD_SECONDS_MAX)
    opens = after(now, SETTLING_SECONDS)
    closes = after(opens, math.ceil(people / rate) + SETTLING_SECONDS)
    starts = after(closes, SETTLING_SECONDS)
    window = sale.opening_window_ms / 1000
    quiet = after(starts, max(claim_seconds, window) + SETTLING_SECONDS + hold)
    waves = tuple(
        after(quiet, number * (hold + SETTLING_SECONDS)) for number in range(sale.waves.count())
    )
    ends = after(waves[-1] if waves else quiet, hold + LATE_SECONDS)
    return Timeline(opens, closes, starts, waves, ends, hold)


def put_up(sale: Sale, *, people: int, times: Timeline, by: User) -> Sale:
    """An approved rehearsal of the sale, its lots on the shelf of the shop of rehearsals.

    Fewer people than the real sale expects are offered fewer units, so that it still sells out.
    No transaction may be open.
    """
    lots = list(sale.lots.order_by("pk"))
    shelf = cast.variants(len(lots), price_minor=lots[0].unit_price_minor, now=clock.now())
    units = _units([lot.pledged for lot in lots], people)
    with transaction.atomic(durable=True):
        run = _copy(sale, times, by)
        for lot, variant, pledged in zip(lots, shelf, units, strict=True):
            Lot.objects.create(
                sale=run,
                variant=variant,
                unit_price_minor=lot.unit_price_minor,
                pledged=pledged,
            )
    for variant, pledged in zip(shelf, units, strict=True):
        stock.adjust(
            variant_id=variant.pk,
            on_hand=pledged,
            reason=f"rehearsal of sale {sale.pk}",
            actor_id=by.pk,
            now=clock.now(),
        )
    return sales.approve(sale_id=run.pk, by=by, now=clock.now())


def _copy(sale: Sale, times: Timeline, by: User) -> Sale:
    run = Sale.objects.create(
        title=f"Rehearsal: {sale.title}"[:120],
        kind=sale.kind,
        currency=cast.CURRENCY,
        slots=sale.slots,
        opening_window_ms=sale.opening_window_ms,
        per_address_limit=sale.per_address_limit,
        pass_weight=sale.pass_weight,
        hold_seconds=times.hold_seconds,
        reserve_opens_at=times.reserve_opens_at,
        reserve_closes_at=times.reserve_closes_at,
        starts_at=times.starts_at,
        ends_at=times.ends_at,
        approved_by=by,
        rehearses=sale,
    )
    for number, opens_at in enumerate(times.waves_at, start=1):
        Wave.objects.create(sale=run, number=number, opens_at=opens_at)
    return run


def _units(pledged: Sequence[int], people: int) -> list[int]:
    """What each lot offers: all of it, or its share of one unit for every two people."""
    total, offered = sum(pledged), max(1, people // PEOPLE_A_UNIT)
    if total <= offered:
        return list(pledged)
    return [max(1, lot * offered // total) for lot in pledged]


def _round_trips(until: float) -> int:
    client, count = redis.gate(), 0
    while time.monotonic() < until:
        client.ping()
        count += 1
    return count
