"""One rehearsal at a time: asked for by an operator, run by a worker, ended with a verdict."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from flashsale.models import Rehearsal, Sale
from flashsale.rehearsal import cast, config, curves, play, stage, tidy, verdict
from flashsale.rehearsal.crowd import Crowd
from flashsale.rehearsal.journal import Journal
from flashsale.rehearsal.states import OPEN, RehearsalState
from flashsale.sale_states import SaleState
from flashsale.services import acts, sales
from socialcommerce.lib import clock
from socialcommerce.lib.problems import Conflict, Invalid

logger = logging.getLogger(__name__)

PEOPLE_MIN: Final = 10
PEOPLE_MAX: Final = 20_000
LASTS_AT_MOST: Final = timedelta(minutes=10)  # nothing real may open within this time
# A worker takes a task at once: for what waits longer there is none, or the task was lost.
TAKEN_WITHIN: Final = timedelta(seconds=20)
# To gather the extras and to count at the end takes a minute or two with the largest crowd; who is
# silent for longer has died.
SILENT_AT_MOST: Final = timedelta(minutes=3)
LOCK: Final = 7_241_904  # beside the controller's; any number that nothing else locks
WALLET_ORDERS: Final = 10  # units that an extra's wallet can pay, as many as there are slots


class NotNow(Conflict):
    """A real sale is near, or another rehearsal runs: `detail` says which."""

    code = "rehearsal-not-now"
    title = _("There can be no rehearsal now")


class BadCrowd(Invalid):
    code = "rehearsal-crowd"
    title = _("A rehearsal cannot be played by so many people")


def request(*, sale_id: int, people: int, like: Sale | None, by: User, now: datetime) -> Rehearsal:
    """A rehearsal of the sale waits for its worker; `like` is the past sale whose curve it plays.

    Opens the transaction. Raises NotNow, BadCrowd, sales.WrongState.
    """
    if not PEOPLE_MIN <= people <= PEOPLE_MAX:
        raise BadCrowd(
            _("Please choose between %(least)s and %(most)s people.")
            % {"least": PEOPLE_MIN, "most": PEOPLE_MAX}
        )
    curve = curves.of_past_sale(like, people) if like else curves.supposed(people)
    return _request(sale_id, curve, by=by, now=now)


def again(*, rehearsal_id: int, by: User, now: datetime) -> Rehearsal:
    """The same crowd is asked for anew, in the place of a rehearsal that was lost.

    Opens the transaction. Raises NotNow, also where it is not lost, and sales.WrongState.
    """
    lost = Rehearsal.objects.get(pk=rehearsal_id)
    if not is_lost(lost, now=now):
        raise NotNow(_("It is under way, or over by now."))
    return _request(lost.sale_id, lost.curve, by=by, now=now)


def is_lost(rehearsal: Rehearsal, *, now: datetime) -> bool:
    """Nobody has come for it in time, or who did has died with it."""
    if rehearsal.state == RehearsalState.WAITING:
        return now >= rehearsal.requested_at + TAKEN_WITHIN
    heard_at = rehearsal.heard_at or rehearsal.requested_at
    return rehearsal.state == RehearsalState.RUNNING and now >= heard_at + SILENT_AT_MOST


def run(*, rehearsal_id: int) -> None:
    """The rehearsal is done, with its verdict, or failed with the reason. Once, however often
    it is asked for. No transaction may be open.
    """
    waiting = Rehearsal.objects.filter(pk=rehearsal_id, state=RehearsalState.WAITING)
    now = clock.now()
    if waiting.update(state=RehearsalState.RUNNING, started_at=now, heard_at=now) != 1:
        return
    rehearsal = Rehearsal.objects.select_related("sale", "requested_by").get(pk=rehearsal_id)
    try:
        _refuse_beside_a_sale(now=clock.now())
        reached = _play(rehearsal)
    except Exception as error:
        logger.exception("Rehearsal %s failed", rehearsal_id)
        _end(rehearsal, RehearsalState.FAILED, {"go": False, "wrong": [_words(error)]})
        return
    _end(rehearsal, RehearsalState.DONE, reached.as_json())
    tidy.sweep()


def give_up(*, rehearsal_id: int, reason: str, now: datetime) -> None:
    """A rehearsal that nobody came for has failed; one that runs goes on."""
    waiting = Rehearsal.objects.filter(pk=rehearsal_id, state=RehearsalState.WAITING)
    said = {"go": False, "wrong": [reason]}
    waiting.update(state=RehearsalState.FAILED, finished_at=now, verdict=said)


def _request(sale_id: int, curve: list[int], *, by: User, now: datetime) -> Rehearsal:
    """One waits for its worker, if none that is not lost does and no real sale is near."""
    with transaction.atomic(durable=True):
        _one_at_a_time()
        sale = Sale.objects.get(pk=sale_id, rehearses=None)
        if sale.state not in (SaleState.DRAFT, SaleState.APPROVED):
            raise sales.WrongState(sale)
        _give_up_lost(now=now)
        _refuse_beside_a_sale(now=now)
        if Rehearsal.objects.filter(state__in=OPEN).exists():
            raise NotNow(_("Another rehearsal is under way. It takes a few minutes."))
        people = sum(curve)
        acts.log(sale, kind="rehearse", by=by, detail={"people": people}, now=now)
        return Rehearsal.objects.create(
            sale=sale,
            config_hash=config.hash_of(sale),
            curve=curve,
            people=people,
            state=RehearsalState.WAITING,
            requested_by=by,
            requested_at=now,
        )


def _play(rehearsal: Rehearsal) -> verdict.Verdict:
    now, by = clock.now(), rehearsal.requested_by
    if by is None:
        raise NotNow(_("Nobody has asked for it."))
    _tell(rehearsal, "people")
    extras = cast.people(rehearsal.people, now=now)
    rate = stage.sending_rate()
    curve = curves.scaled(rehearsal.curve, most_a_second=rate)
    sale = rehearsal.sale
    price_minor = max(sale.lots.values_list("unit_price_minor", flat=True))
    cast.mint(
        extras,
        amount_minor=price_minor * WALLET_ORDERS,
        key=f"rehearsal:{rehearsal.pk}",
        now=clock.now(),
    )
    _tell(rehearsal, "people")
    times = stage.timeline(
        sale, people=len(extras), claim_seconds=len(curve), rate=rate, now=clock.now()
    )
    played = stage.put_up(sale, people=len(extras), times=times, by=by)
    Rehearsal.objects.filter(pk=rehearsal.pk).update(run=played)
    journal = Journal()
    crowd = Crowd(play.guests(played, extras, curve, journal))

    def tell(left: int) -> None:
        if not _tell(rehearsal, "playing", left):
            crowd.stop.set()

    play.play(crowd, played, by=by, tell=tell)
    _tell(rehearsal, "counting")
    return verdict.reach(played, journal, people=len(extras))


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _refuse_beside_a_sale(*, now: datetime) -> None:
    real = Sale.objects.running().filter(
        rehearses=None, reserve_opens_at__lt=now + LASTS_AT_MOST, ends_at__gt=now
    )
    near = real.first()
    if near is not None:
        raise NotNow(_("%(sale)s is open or opens within minutes.") % {"sale": near.title})


def _give_up_lost(*, now: datetime) -> None:
    """Whoever still comes for one of them finds that it is over."""
    lost = [one.pk for one in Rehearsal.objects.filter(state__in=OPEN) if is_lost(one, now=now)]
    said = {"go": False, "wrong": [str(_("Nobody came for it, or its worker died."))]}
    Rehearsal.objects.filter(pk__in=lost, state__in=OPEN).update(
        state=RehearsalState.FAILED, finished_at=now, verdict=said
    )


def _tell(rehearsal: Rehearsal, step: str, left: int = 0) -> bool:
    """How far it is; False once it was given up."""
    running = Rehearsal.objects.filter(pk=rehearsal.pk, state=RehearsalState.RUNNING)
    return running.update(verdict={"step": step, "left": left}, heard_at=clock.now()) == 1


def _end(rehearsal: Rehearsal, state: RehearsalState, said: dict[str, object]) -> None:
    running = Rehearsal.objects.filter(pk=rehearsal.pk, state=RehearsalState.RUNNING)
    running.update(state=state, verdict=said, finished_at=clock.now())


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
