"""Claims that nobody sent: a unit is offered to somebody, by the draw or the waiting list."""

from datetime import datetime
from typing import Protocol

from flashsale import tokens
from flashsale.gate.keys import microseconds
from flashsale.intake.streams import Entry
from flashsale.models import Sale


class Reserving(Protocol):
    """Whoever reserved: a reservation, or an entrant of a draw."""

    @property
    def number(self) -> int: ...
    @property
    def person_id(self) -> int: ...
    @property
    def lot_id(self) -> int: ...


def entry_of(
    entry_id: str, sale: Sale, *, reserver: Reserving, slot: int, wave: int, at: datetime
) -> Entry:
    """The offer as the gate would have written a claim of this person.

    `entry_id` is the same for the same offer, so that a repeat is recognised.
    """
    number = reserver.number
    values = {
        "person": reserver.person_id,
        "number": number,
        "lot": reserver.lot_id,
        "slot": slot,
        "ticket": tokens.ticket(sale_id=sale.pk, number=number, slot=slot, wave=wave),
        "at": microseconds(at),
        "epoch": sale.epoch,
        "wave": wave,
        "lost": 0,
    }
    return Entry(entry_id, {name: str(value) for name, value in values.items()})
