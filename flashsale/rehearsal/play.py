"""From the stage to the verdict: the crowd comes, and everything else is the site's own work."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from django.db import Error as AnyDatabaseError
from django.db import close_old_connections

from accounts.models import User
from flashsale.gate import published
from flashsale.models import Lot, Sale, SaleKind
from flashsale.rehearsal.cast import Extra
from flashsale.rehearsal.crowd import Crowd
from flashsale.rehearsal.guests import Guest, Plan
from flashsale.rehearsal.journal import Journal
from flashsale.sale_states import SaleState
from flashsale.services import sales
from socialcommerce.lib import clock

SETTLES_WITHIN_SECONDS: Final = 30  # after the end, or the verdict says that it did not
LOOK_SECONDS: Final = 0.3
CLOSING_ATTEMPTS: Final = 20
# Of ten people so many pay by themselves the moment they win, and so many more by hand; the
# rest let the time run out, as in a real sale.
CONSENTING, BY_HAND, OF = 5, 3, 10


def guests(
    run: Sale, extras: Sequence[Extra], curve: Sequence[int], journal: Journal
) -> list[Guest]:
    """A guest for each extra, spread over the lots, arriving as the curve says."""
    lots = list(Lot.objects.filter(sale=run).order_by("pk"))
    waves = tuple(_monotonic(at) for at in run.waves.values_list("opens_at", flat=True))
    arrivals = _arrivals(curve, len(extras))
    opens, reserve_seconds = _monotonic(run.reserve_opens_at), _reserve_seconds(run)
    starts = _monotonic(run.starts_at)
    return [
        Guest(
            sale_id=run.pk,
            slots=run.slots,
            journal=journal,
            is_draw=run.kind == SaleKind.DRAW,
            plan=Plan(
                extra=extra,
                lot_id=lots[place % len(lots)].pk,
                reserves_at=opens + reserve_seconds * place / len(extras),
                claims_at=starts + arrivals[place],
                waves_at=waves,
                consents=place % OF < CONSENTING,
                pays=place % OF < CONSENTING + BY_HAND,
            ),
        )
        for place, extra in enumerate(extras)
    ]


def play(crowd: Crowd, run: Sale, *, by: User, tell: Callable[[int], None]) -> None:
    """The sale was played until everybody was done, closed and settled, or its time was over."""
    crowd.play(until=_monotonic(run.ends_at), tell=tell)
    deadline = _monotonic(run.ends_at) + SETTLES_WITHIN_SECONDS
    _close(run, by)
    while time.monotonic() < deadline and not crowd.stop.is_set():
        if _is_settled(run):
            break
        time.sleep(LOOK_SECONDS)
    published.forget(run.pk)


def _close(run: Sale, by: User) -> None:
    """Nobody comes any more: the sale need not wait for its end. It does where this fails."""
    for _attempt in range(CLOSING_ATTEMPTS):
        try:
            sales.close(sale_id=run.pk, by=by, now=clock.now())
        except (AnyDatabaseError, sales.Undecided):
            close_old_connections()
            time.sleep(LOOK_SECONDS)
        except sales.WrongState:
            return
        else:
            return


def _is_settled(run: Sale) -> bool:
    """False also while PostgreSQL is away."""
    try:
        return Sale.objects.filter(pk=run.pk, state=SaleState.SETTLED).exists()
    except AnyDatabaseError:
        close_old_connections()
        return False


def _arrivals(curve: Sequence[int], people: int) -> list[float]:
    """Seconds after the start at which each person comes, evenly within each second."""
    seconds = [second + n / count for second, count in enumerate(curve) for n in range(count)]
    last = seconds[-1] if seconds else 0.0
    return (seconds + [last] * people)[:people]


def _reserve_seconds(run: Sale) -> float:
    return (run.reserve_closes_at - run.reserve_opens_at).total_seconds() / 2


def _monotonic(moment: datetime) -> float:
    """The moment on this process's own clock, which no change of the time of day moves."""
    return time.monotonic() + (moment - clock.now()).total_seconds()
