"""One second of the sale controller: leases, drains, sweeps, waves, reconciliation, the end."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from flashsale import tasks
from flashsale.claim_states import UNPAID, ClaimState
from flashsale.gate import control, nudges, published, scripts
from flashsale.gate.keys import Keys
from flashsale.gate.rebuild import Turn, answer, rebuild
from flashsale.intake import streams
from flashsale.models import Claim, Lot, Sale, SaleKind, Stream
from flashsale.sale_states import SaleState
from flashsale.services import attendance, news, sales, waiting, waves
from flashsale.services.console import seconds
from flashsale.services.watch import stages, sweeps
from flashsale.services.watch.attempts import attempt
from flashsale.services.watch.long_work import InTurn, LongWork
from flashsale.services.watch.reconciliation import Reconciliation
from shop.order_states import OrderState
from shop.store_states import StoreState
from socialcommerce.lib import faultpoints, redis

logger = logging.getLogger(__name__)

PLACES_AT_ONCE: Final = 500
# So many transactions a second for holds that end together: this and every other sale's lease
# has to be renewed meanwhile.
SWEEPS_MAX: Final = 4
# What is asked for each second and taken by nobody for so long has been asked for again.
QUEUED_EXPIRES_SECONDS: Final = 20
ATTENDANCE_EVERY: Final = timedelta(seconds=5)


@dataclass(slots=True)
class Controller:
    """What one leader remembers from second to second; losing it costs some more checks."""

    long_work: LongWork = field(default_factory=InTurn)
    reconciliation: Reconciliation = field(default_factory=Reconciliation)
    noted: dict[int, datetime] = field(default_factory=dict)

    def tick(self, *, now: datetime) -> list[str]:
        """Every running sale has been looked after; what went wrong, in words.

        One sale's trouble never keeps another waiting longer than its own time-outs.
        """
        faultpoints.reach("before the second")
        troubles: list[str] = []
        for sale in Sale.objects.running().order_by("starts_at"):
            troubles += attempt(sale.pk, partial(self._look_after, sale, troubles, now=now))
        for sale in _to_wind_up():
            troubles += attempt(sale.pk, partial(_queue, tasks.wind_up, sale))
        return troubles

    def _look_after(self, sale: Sale, troubles: list[str], *, now: datetime) -> None:
        faultpoints.reach("before a sale's second")
        if self.reconciliation.books_fail(sale):
            _alarm(sale, _("units are not where the books say"), now=now)
            return
        if sale.state == SaleState.APPROVED and now < sale.ends_at and _is_store_closed(sale):
            _alarm(sale, _("the store is closed"), now=now)
            return
        _sweep(sale, now=now)
        if sale.state == SaleState.PAUSED:
            _keep_closed(sale)
            _tell(sale, waits=False, now=now)
            return
        turn = None if self.long_work.is_busy(sale.pk) else waves.turn(sale, now=now)
        if turn is None and is_open(sale):
            self._tend(sale, troubles, now=now)
        else:
            act = partial(load_gate, sale, now=now, turn=turn)
            troubles += self.long_work.start(sale.pk, act)

    def _tend(self, sale: Sale, troubles: list[str], *, now: datetime) -> None:
        """The gate is open: places enter, streams drain, counts agree, the end comes."""
        client, keys = redis.gate(), Keys(sale.pk)
        restoring = _admit_places(client, sale)
        waits = _nudge(client, sale, keys)
        _tell(sale, waits=waits, now=now)
        excess = self.reconciliation.gate_excess(sale)
        if excess:
            reason = _("the gate counts %(units)s units too many") % {"units": excess}
            _alarm(sale, reason, now=now)
            return
        work = self._next_work(client, sale, now=now)
        if work is not None:
            troubles += self.long_work.start(sale.pk, work)
        self._note_draw(client, sale)
        self._note_attendance(client, sale, now=now)
        troubles += attempt(sale.pk, partial(seconds.collect, sale, now=now))
        waiting.offer(sale, now=now)
        # By the gate's clock, which admits: where this one is fast, claims still come.
        over = control.now(client) >= sale.ends_at and not (restoring or waits)
        if over and self._is_busy(client, sale, now=now):
            return
        if over and not Claim.objects.filter(sale=sale, state__in=UNPAID).exists():
            sales.settle(sale_id=sale.pk, now=now)

    def _note_draw(self, client: redis.Redis, sale: Sale) -> None:
        """Each second, so that it is heard a second after it is so, whatever was lost."""
        runs = sale.state == SaleState.APPROVED and not self.long_work.is_busy(sale.pk)
        if runs and sale.kind == SaleKind.DRAW:
            control.note_draw(client, sale)

    def _note_attendance(self, client: redis.Redis, sale: Sale, *, now: datetime) -> None:
        if now >= self.noted.get(sale.pk, sale.starts_at) + ATTENDANCE_EVERY:
            attendance.note(client, sale, now=now)
            self.noted[sale.pk] = now

    def _next_work(
        self, client: redis.Redis, sale: Sale, *, now: datetime
    ) -> Callable[[], object] | None:
        """What takes longer than a second may: the next thing, while nothing else does."""
        if self.long_work.is_busy(sale.pk):
            return None
        if not control.has_answered(client, sale):
            return partial(answer, sale)
        return stages.due(sale, now=now)

    def _is_busy(self, client: redis.Redis, sale: Sale, *, now: datetime) -> bool:
        """Whether something is under way, or to be done, that a settled sale could not do."""
        under_way = self.long_work.is_busy(sale.pk)
        return under_way or self._next_work(client, sale, now=now) is not None


def is_open(sale: Sale) -> bool:
    """The lease of this very opening is renewed; else the gate has to be loaded anew."""
    client = redis.gate()
    run_id = str(client.info("server")["run_id"])
    return sale.gate_run_id == run_id and control.renew(client, sale)


def keep_open(sale: Sale, *, now: datetime) -> bool:
    """The lease is renewed; else the gate is loaded anew. True if it was open all along."""
    if is_open(sale):
        return True
    load_gate(sale, now=now)
    return False


def load_gate(sale: Sale, *, now: datetime, turn: Turn | None = None) -> None:
    """The gate is rebuilt on the Redis that answers now, units having moved by `turn`."""
    run_id = str(redis.gate().info("server")["run_id"])
    rebuild(sale_id=sale.pk, run_id=run_id, now=now, turn=turn)
    published.forget(sale.pk)


def _sweep(sale: Sale, *, now: datetime) -> None:
    """PostgreSQL's part: it goes on while Redis is away."""
    for _round in range(SWEEPS_MAX):
        if sweeps.expire(sale_id=sale.pk, now=now) < sweeps.LIMIT:
            break
    if _any_late_payment(sale, now):
        _queue(tasks.stop_payments, sale)


def _tell(sale: Sale, *, waits: bool, now: datetime) -> None:
    """While somebody waits only what is urgent: the news take a worker, and the sale's row, from
    their line; but where people come in a steady stream somebody always waits.
    """
    if news.is_due(sale, now=now) and (not waits or news.is_urgent(sale, now=now)):
        _queue(tasks.tell_people, sale)


def _nudge(client: redis.Redis, sale: Sale, keys: Keys) -> bool:
    """Drains are asked for wherever something waits; whether anything does."""
    waits = False
    for stream, name in (
        (Stream.RESERVATIONS, keys.reservations),
        (Stream.CLAIMS, keys.claims),
    ):
        if streams.backlog(client, name):
            waits = True
            nudges.send(sale.pk, stream, is_rehearsal=sale.rehearses_id is not None)
    return waits


def _alarm(sale: Sale, reason: str, *, now: datetime) -> None:
    """The sale is paused, and its page says why."""
    logger.critical("Sale %s paused: %s", sale.pk, reason)
    if sale.state == SaleState.APPROVED:
        sales.pause(sale_id=sale.pk, reason=reason, now=now)


def _queue(task: Any, sale: Sale) -> None:
    task.apply_async(kwargs={"sale_id": sale.pk}, retry=False, expires=QUEUED_EXPIRES_SECONDS)


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


def _is_store_closed(sale: Sale) -> bool:
    lots = sale.lots.exclude(variant__product__store__state=StoreState.APPROVED)
    return lots.exists()


def _to_wind_up() -> list[Sale]:
    """Cancelled sales in which somebody still waits for their money or their order's end. Once
    the record of one is published, nobody does: else it would not be final.
    """
    open_orders = [OrderState.AWAITING_PAYMENT, OrderState.PAID]
    waiting = Claim.objects.filter(sale=OuterRef("pk"), order__state__in=open_orders)
    cancelled = Sale.objects.filter(state=SaleState.CANCELLED, proved_at=None)
    return list(cancelled.filter(Exists(waiting)))
