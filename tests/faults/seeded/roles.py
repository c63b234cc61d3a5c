"""What each process of a run does. Every one is forked from a clean server with Django loaded."""

import ctypes
import os
import signal
import time
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any, Final

import django

# Forked from here: importing Django anew for every process that is killed would take the run.
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import Error as AnyDatabaseError  # noqa: E402

from flashsale.intake import streams  # noqa: E402
from flashsale.models import Sale  # noqa: E402
from flashsale.models.sales import Lot, SaleKind  # noqa: E402
from flashsale.rehearsal import cast, curves, play, stage, verdict  # noqa: E402
from flashsale.rehearsal.crowd import Crowd  # noqa: E402
from flashsale.rehearsal.journal import Journal  # noqa: E402
from flashsale.rehearsal.stage import Timeline  # noqa: E402
from flashsale.services import sales  # noqa: E402
from socialcommerce.celery import app  # noqa: E402
from socialcommerce.health import CONTROLLER_KEY  # noqa: E402
from socialcommerce.lib import clock, faultpoints, redis  # noqa: E402
from tests.factories.accounts import UserFactory  # noqa: E402
from tests.factories.flashsale import draft_sale  # noqa: E402
from tests.factories.shop import make_variant  # noqa: E402
from tests.faults.seeded.schedule import Shape  # noqa: E402

PR_SET_PDEATHSIG: Final = 1
TAKE_OVER_MS: Final = 1_000  # a dead worker's entries; five seconds would be half of the run
PAUSED_SECONDS: Final = 1.0
PEOPLE_A_SECOND: Final = 300  # that one process can play while the others work on two cores
CAST_SECONDS: Final = 1.2  # in which a machine with nothing else to do has cast the crowd
SLOWEST: Final = 8.0


def worker(*, die_at: str = "", steals: bool = False) -> None:
    """A Celery worker; `steals` takes entries that others have only just read."""
    _begin()
    if die_at:
        os.environ[faultpoints.DIE_AT] = die_at
    streams.TAKE_OVER_AFTER_MS = 0 if steals else TAKE_OVER_MS  # type: ignore[misc]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "CRITICAL"]
    queues = ["--queues", "default,drain,rehearsal"]
    app.worker_main(["--quiet", "worker", "--pool", "solo", *queues, *quiet])


def controller(*, offset_seconds: float = 0.0) -> None:
    """The sale controller on a host whose clock is so many seconds wrong."""
    _begin()
    right = clock.now
    clock.now = lambda: right() + timedelta(seconds=offset_seconds)  # type: ignore[assignment]
    call_command("sale_controller")


def pause(sale_id: int) -> None:
    """An operator pauses the sale and resumes it; the database may be away meanwhile."""
    _begin()
    if _tried(lambda: sales.pause(sale_id=sale_id, reason="a look", now=clock.now())):
        time.sleep(PAUSED_SECONDS)
        _tried(lambda: sales.resume(sale_id=sale_id, now=clock.now()))


def crowd(shape: Shape, seconds: int, tell: Connection) -> None:
    """Stage, crowd and verdict. Tells (sale, start on the monotonic clock), then the verdict."""
    _begin()
    began = time.monotonic()
    real, by = _real_sale(shape), UserFactory.create(is_operator=True)
    extras = cast.people(shape.people, now=clock.now())
    cast.mint(extras, amount_minor=100_000, key="seeded", now=clock.now())
    slowness = min(max(1.0, (time.monotonic() - began) / CAST_SECONDS), SLOWEST)
    _await_controller()  # on a busy machine it would come when reservations are closed already
    times = _times(shape, seconds, slowness)
    run = stage.put_up(real, people=2 * shape.units, times=times, by=by)
    starts_in = (run.starts_at - clock.now()).total_seconds()
    tell.send((run.pk, time.monotonic() + starts_in))
    journal = Journal()
    curve = curves.supposed(shape.people)[: max(3, seconds // 2)]
    guests = play.guests(run, extras, curve, journal)
    play.play(Crowd(guests), run, by=by, tell=lambda _left: None)
    reached = verdict.reach(run, journal, people=shape.people)
    tell.send(reached.as_json() | {"answers": len(journal.heard), "epoch": run.epoch})


def _real_sale(shape: Shape) -> Sale:
    sale = draft_sale(
        units=max(1, shape.units // shape.lots),
        slots=shape.slots,
        opening_window_ms=shape.window_ms,
        kind=SaleKind.DRAW if shape.is_draw else SaleKind.FIRST_COME,
    )
    store = sale.lots.get().variant.product.store
    for number in range(1, shape.lots):
        variant = make_variant(store, name=f"No. {number}")
        Lot.objects.create(
            sale=sale, variant=variant, unit_price_minor=1_500, pledged=shape.units // shape.lots
        )
    return sale


def _times(shape: Shape, seconds: int, slowness: float) -> Timeline:
    """Some seconds to reserve, more on a busy machine, since a sale in which nobody could take
    part shows nothing; and time for whoever was held up: it ends when all are done.
    """

    def after(moment: float) -> Any:
        return clock.now() + timedelta(seconds=moment)

    opens, starts, hold = 2 * slowness, (6.5 + shape.people / PEOPLE_A_SECOND) * slowness, 3
    waves = (after(starts + seconds),) if shape.has_wave else ()
    ends = starts + 2 * seconds + stage.LATE_SECONDS
    return Timeline(after(opens), after(starts - 0.5), after(starts), waves, after(ends), hold)


def _await_controller() -> None:
    while not redis.cache().exists(CONTROLLER_KEY):
        time.sleep(0.1)


def _tried(act: Any) -> bool:
    """Done within some seconds; False if the sale has moved on."""
    for _attempt in range(20):
        try:
            act()
        except AnyDatabaseError:
            time.sleep(0.3)
        except sales.WrongState:
            return False
        else:
            return True
    return False


def _begin() -> None:
    """This process ends with the one that forked it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
