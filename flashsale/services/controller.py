"""One second of the sale controller: leases, drains, sweeps, reconciliation, conservation."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from django.db import Error as AnyDatabaseError

from flashsale import tasks
from flashsale.claim_states import UNPAID, ClaimState
from flashsale.gate import control, nudges, published, scripts
from flashsale.gate.keys import Keys
from flashsale.gate.rebuild import rebuild
from flashsale.intake import streams
from flashsale.models import Claim, Lot, Sale, Stream
from flashsale.sale_states import SaleState
from flashsale.services import conservation, sales, sweeps
from flashsale.services.conservation import Drift
from flashsale.services.locking import StaleEpoch
from shop.order_states import OrderState
from socialcommerce.lib import redis

logger = logging.getLogger(__name__)

# What is away, or has moved on while we came; an InterfaceError is no DatabaseError.
EXPECTED: Final = (
    redis.RedisError,
    AnyDatabaseError,
    StaleEpoch,
    sales.WrongState,
    nudges.BrokerAway,
)
# One check may meet a late payment on its way to the gate; three running do not.
EXCESS_CHECKS: Final = 3
PLACES_AT_ONCE: Final = 500
# So many transactions a second for holds that end together: this and every other sale's lease
# has to be renewed meanwhile.
SWEEPS_MAX: Final = 4


@dataclass(slots=True)
class Controller:
    """What one leader remembers from second to second; losing it costs some more checks."""

    excesses: Counter[int] = field(default_factory=Counter)
    drifts: dict[int, dict[int, Drift]] = field(default_factory=dict)

    def tick(self, *, now: datetime) -> list[str]:
        """Every running sale has been looked after; what went wrong, in words.

        One sale's trouble never keeps another waiting longer than its own time-outs.
        """
        troubles: list[str] = []
        for sale in Sale.objects.running().order_by("starts_at"):
            troubles += _attempt(sale, partial(self._look_after, sale, now=now))
        for sale in _to_wind_up():
            troubles += _attempt(sale, partial(tasks.wind_up.delay, sale_id=sale.pk))
        return troubles

    def _look_after(self, sale: Sale, *, now: datetime) -> None:
        if not conservation.count(sale.pk).holds:
            self._alarm(sale, "units are not where the books say", now=now)
            return
        # PostgreSQL's part first: it must go on while Redis is away.
        for _sweep in range(SWEEPS_MAX):
            if sweeps.expire(sale_id=sale.pk, now=now) < sweeps.LIMIT:
                break
        if _any_late_payment(sale, now):
            tasks.stop_payments.delay(sale_id=sale.pk)
        if sale.state == SaleState.PAUSED:
            _keep_closed(sale)
            return
        if keep_open(sale, now=now):
            self._tend(sale, now=now)

    def _tend(self, sale: Sale, *, now: datetime) -> None:
        """The gate is open: places enter, streams drain, counts agree, the end comes."""
        client, keys = redis.gate(), Keys(sale.pk)
        restoring = _admit_places(client, sale)
        waiting = False
        for stream, name in (
            (Stream.RESERVATIONS, keys.reservations),
            (Stream.CLAIMS, keys.claims),
        ):
            if streams.backlog(client, name):
                waiting = True
                nudges.send(sale.pk, stream)
        self._reconcile(sale, now=now)
        # By the gate's clock, which admits: where this one is fast, claims still come.
        over = control.now(client) >= sale.ends_at and not (restoring or waiting)
        if over and not Claim.objects.filter(sale=sale, state__in=UNPAID).exists():
            sales.settle(sale_id=sale.pk, now=now)

    def _reconcile(self, sale: Sale, *, now: datetime) -> None:
        """Too few are put right at the second look, because a unit nobody can claim is as wrong
        as one sold twice; too many pause the sale at the third."""
        drifts, earlier = conservation.drifts(sale), self.drifts.get(sale.pk, {})
        for lot_id, drift in drifts.items():
            if not drift.excess and earlier.get(lot_id) == drift:
                conservation.repair(sale, lot_id, drift)
        self.drifts[sale.pk] = drifts
        excess = sum(drift.excess for drift in drifts.values())
        self.excesses[sale.pk] = self.excesses[sale.pk] + 1 if excess else 0
        if self.excesses[sale.pk] >= EXCESS_CHECKS:
            del self.excesses[sale.pk]
            self._alarm(sale, f"the gate counts {excess} units too many", now=now)

    def _alarm(self, sale: Sale, reason: str, *, now: datetime) -> None:
        logger.critical("Sale %s paused: %s", sale.pk, reason)
        if sale.state == SaleState.APPROVED:
            sales.pause(sale_id=sale.pk, reason=reason, now=now)


def keep_open(sale: Sale, *, now: datetime) -> bool:
    """The lease is renewed; else the gate is rebuilt. True if it was open all along."""
    client = redis.gate()
    run_id = str(client.info("server")["run_id"])
    if sale.gate_run_id == run_id and control.renew(client, sale):
        return True
    rebuild(sale_id=sale.pk, run_id=run_id, now=now)
    published.forget(sale.pk)
    return False


def _attempt(sale: Sale, act: Callable[[], object]) -> list[str]:
    try:
        act()
    except EXPECTED as error:
        return [f"sale {sale.pk}: {type(error).__name__}: {error}"]
    except Exception as error:
        # A bug that one sale meets must not close the gates of the others.
        logger.exception("Sale %s could not be looked after", sale.pk)
        return [f"sale {sale.pk}: {type(error).__name__}: {error}"]
    return []


def _admit_places(client: redis.Redis, sale: Sale) -> bool:
    """Kept places enter in their order once their time is up; True while they still have it."""
    keys, fence = Keys(sale.pk), control.fence_of(sale)
    lots = list(Lot.objects.filter(sale=sale).values_list("pk", flat=True))
    names = [keys.meta, keys.claimed, keys.claims, keys.places]
    names += [keys.remain(lot) for lot in lots]
    while True:
        said = scripts.call(client, "admit", fence, names, [PLACES_AT_ONCE, *lots])
        if said[0] != b"MORE":
            return bool(said[0] == b"WAIT")


def _keep_closed(sale: Sale) -> None:
    client = redis.gate()
    keys = Keys(sale.pk)
    if client.exists(keys.meta, keys.lease) or client.get(keys.notice) != sale.state.encode():
        control.close(client, sale)


def _any_late_payment(sale: Sale, now: datetime) -> bool:
    late = Claim.objects.filter(sale=sale, state=ClaimState.PAYING, held_until__lte=now)
    return sale.state == SaleState.APPROVED and late.exists()


def _to_wind_up() -> list[Sale]:
    """Cancelled sales in which somebody still waits for their money or their order's end."""
    open_orders = [OrderState.AWAITING_PAYMENT, OrderState.PAID]
    cancelled = Sale.objects.filter(state=SaleState.CANCELLED, claims__order__state__in=open_orders)
    return list(cancelled.distinct())
