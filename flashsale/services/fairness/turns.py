"""The turn ledger: coming and losing weighs in the store's next draws, for a while, up to a cap.

A turn weighs in one draw at a time: two that overlap would both be won with it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection

from accounts.models import Profile
from flashsale.models import Reservation, Sale, SaleKind, Turn
from socialcommerce.lib import arrays, faultpoints, guards

SQL: Final = Path(__file__).resolve().parents[2] / "sql"
EARN: Final = (SQL / "earn_turns.sql").read_text()
STAKE: Final = (SQL / "stake_turns.sql").read_text()
LOCK: Final = "FOR NO KEY UPDATE OF turn"
SPEND: Final = (SQL / "spend_turns.sql").read_text()
WEIGHTS: Final = (SQL / "weights.sql").read_text()
SET_WEIGHTS: Final = f"""
UPDATE flashsale_reservation reservation SET weight = heavy.weight
FROM ({WEIGHTS}) heavy WHERE reservation.id = heavy.id
"""  # noqa: S608 - our own file
COUNT_WEIGHTS: Final = f"""
SELECT heavy.weight, count(*) FROM ({WEIGHTS}) heavy WHERE heavy.lot_id = %(lot)s GROUP BY 1
"""  # noqa: S608 - our own file


@dataclass(frozen=True, slots=True)
class Kept:
    """A turn as its person sees it. `fades_at` is when it stops to weigh."""

    turn: Turn
    fades_at: datetime
    weighs: bool


def earn(sale: Sale, *, now: datetime) -> None:
    """Everybody who took part and got nothing has a turn; repeating it adds none.

    One statement, inside the caller's transaction. A rehearsal earns nobody anything.
    """
    if sale.rehearses_id is None:
        draw = sale.kind == SaleKind.DRAW
        _run(EARN, {"sale": sale.pk, "now": now, "draw": draw})


def spend(sale: Sale) -> None:
    """What weighed for the draw's winners weighs no more. One statement; repeating it adds none."""
    _run(SPEND, _parameters(sale))


def give_back(sale: Sale) -> None:
    """What was spent in a sale that was called off weighs again."""
    Turn.objects.filter(spent_in=sale).update(spent_in=None)


def set_weights(sale: Sale) -> None:
    """Every standing reservation of a draw weighs 1, more by its pass and its person's turns,
    which weigh in no other draw until this one is over. Two statements, inside the caller's
    transaction; locks the turns.
    """
    elsewhere = Sale.objects.running().exclude(pk=sale.pk).values_list("pk", flat=True)
    lock = LOCK if guards.is_on("turns locked") else ""
    stake = {**_parameters(sale), "elsewhere": arrays.integers(elsewhere)}
    _run(STAKE.format(lock=lock), stake)
    faultpoints.reach("turns at stake")
    _run(SET_WEIGHTS, {**_parameters(sale), "sealed": True})


def weights_of(sale: Sale, *, lot_id: int) -> dict[int, int]:
    """How many reservations for the lot weigh how much, as passes and turns are now."""
    standing = Reservation.objects.standing().filter(sale=sale, lot_id=lot_id).count()
    with connection.cursor() as cursor:
        cursor.execute(COUNT_WEIGHTS, {**_parameters(sale), "lot": lot_id})
        heavy = dict(cursor.fetchall())
    light = standing - sum(count for weight, count in heavy.items() if weight > 1)
    return heavy | {1: max(0, light)}


def weight_of(sale: Sale, person: Profile) -> int:
    """What the person's reservation weighs, or would at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(WEIGHTS, _parameters(sale, person_id=person.pk))
        row = cursor.fetchone()
    return int(row[2]) if row else 1


def of_person(person: Profile, *, now: datetime) -> list[Kept]:
    """The person's turns, the newest first. One query."""
    rows = Turn.objects.filter(person=person).select_related("store", "sale", "spent_in")
    return [_kept(turn, now) for turn in rows.order_by("-earned_at", "-pk")[:100]]


def count(*, person: Profile, store: Profile, now: datetime) -> int:
    """How many turns the person has at the store that still weigh, before the cap."""
    since = now - _lifetime()
    unspent = Turn.objects.filter(person=person, store=store, spent_in=None)
    return unspent.filter(earned_at__gt=since).count()


def _kept(turn: Turn, now: datetime) -> Kept:
    fades_at = turn.earned_at + _lifetime()
    return Kept(turn, fades_at, weighs=turn.spent_in_id is None and fades_at > now)


def _lifetime() -> timedelta:
    return timedelta(days=settings.SALE_TURN_DAYS)


def _parameters(sale: Sale, *, person_id: int | None = None) -> dict[str, Any]:
    """Turns are as old as they are when reservations close, whenever the list is sealed."""
    return {
        "sale": sale.pk,
        "person": person_id,
        "sealed": sale.sealed_at is not None,
        "pass_weight": sale.pass_weight,
        "turn_cap": sale.turn_cap,
        "since": sale.reserve_closes_at - _lifetime(),
    }


def _run(statement: str, parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
