"""Every answer that anybody was given, held against PostgreSQL when all is over."""

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from flashsale.gate.admission import Answer
from flashsale.models import Claim, Reservation
from flashsale.standings import Standing

WAITED: Final = frozenset({Standing.IN_LINE, Standing.PLACED})
DECIDED: Final = frozenset({Standing.HELD, Standing.PAYING, Standing.PAID})
# What tells somebody who was in line that they are not, and why: the page sends it again or ends.
SEND_AGAIN: Final = frozenset(
    {Standing.NONE, Standing.RESTORING, Standing.SOLD_OUT, Standing.ENDED, Standing.CANCELLED}
)
PERCENT: Final = 95


class Heard(NamedTuple):
    """One answer: to whom, for which slot (0: the reservation), what it said, after how long."""

    person_id: int
    slot: int
    asked: str
    standing: Standing
    unit: int
    number: str
    ms: float


@dataclass(slots=True)
class Journal:
    """Written by many threads, read when they are done."""

    heard: list[Heard] = field(default_factory=list)
    errors: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, person_id: int, slot: int, asked: str, answer: Answer, *, ms: float) -> None:
        result = answer.result
        entry = Heard(
            person_id,
            slot,
            asked,
            answer.standing,
            result.unit if result else 0,
            result.number if result else "",
            ms,
        )
        self.heard.append(entry)

    def error(self) -> None:
        """A request got no answer that its person could use."""
        with self._lock:
            self.errors += 1

    def p95_ms(self, asked: str) -> float:
        """The time within which 95 of 100 such requests were answered; 0 without any."""
        times = sorted(entry.ms for entry in self.heard if entry.asked == asked)
        return round(times[(len(times) - 1) * PERCENT // 100], 1) if times else 0.0

    def came(self) -> set[int]:
        """People who asked for a unit."""
        return {entry.person_id for entry in self.heard if entry.asked == "claim"}

    def reserved(self) -> set[int]:
        """People who heard that their reservation is written down."""
        standing = Standing.RESERVED
        return {entry.person_id for entry in self.heard if entry.standing == standing}


def broken_promises(journal: Journal, sale_id: int) -> list[str]:
    """What somebody heard that PostgreSQL does not know, in words; empty if all is kept.

    Each "held" and "paid" has its row, with that unit and that order number; each "in line"
    ended as a row or as "send it again"; each "reserved" has its number.
    """
    rows = _rows(sale_id)
    said: dict[tuple[int, int], list[Heard]] = defaultdict(list)
    for entry in journal.heard:
        if entry.slot:
            said[entry.person_id, entry.slot].append(entry)
    return _broken_reservations(journal, sale_id) + [
        f"person {person_id}, slot {slot}: {broken}"
        for (person_id, slot), entries in said.items()
        for broken in _broken(entries, rows.get((person_id, slot), []))
    ]


def _broken_reservations(journal: Journal, sale_id: int) -> list[str]:
    told = {
        (entry.person_id, entry.number)
        for entry in journal.heard
        if entry.standing == Standing.RESERVED and entry.number
    }
    rows = Reservation.objects.filter(sale_id=sale_id).values_list("person_id", "number")
    kept = {(person_id, str(number)) for person_id, number in rows}
    return [f"person {who} heard of reservation {number}" for who, number in sorted(told - kept)]


class Row(NamedTuple):
    """A claim as it ended."""

    state: str
    unit: int | None
    order: str | None


def _rows(sale_id: int) -> dict[tuple[int, int], list[Row]]:
    claims = Claim.objects.filter(sale_id=sale_id).order_by("pk")
    found: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for person_id, slot, state, unit, order in claims.values_list(
        "person_id", "slot", "state", "unit__number", "order__number"
    ):
        found[person_id, slot].append(Row(state, unit, order))
    return found


def _broken(entries: Iterable[Heard], rows: list[Row]) -> Iterator[str]:
    heard = list(entries)
    units = {row.unit for row in rows if row.unit is not None}
    orders = {row.order for row in rows if row.state in ("paid", "refunded")}
    for entry in heard:
        if entry.standing in DECIDED and not units:
            yield f"heard {entry.standing}, has no unit"
        elif entry.unit and entry.unit not in units and "expired" not in {r.state for r in rows}:
            yield f"heard of unit {entry.unit}, has {sorted(units)}"
        if entry.standing == Standing.PAID and entry.number not in orders:
            yield f"heard of order {entry.number}, has {sorted(map(str, orders))}"
    if not rows and _was_left_waiting(heard):
        yield "was in line, has no row and was never told to send it again"


def _was_left_waiting(heard: list[Heard]) -> bool:
    """The last place in line that was given was never followed by an end."""
    waits = [place for place, entry in enumerate(heard) if entry.standing in WAITED]
    if not waits:
        return False
    return not any(entry.standing in SEND_AGAIN for entry in heard[waits[-1] :])
