"""Everybody in a sale's list, as the sealed tree, the lottery and the record read them."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from flashsale.models import Reservation, Sale
from flashsale.proof import merkle, people

CHUNK: Final = 5_000  # rows in memory at once


class Entrant(NamedTuple):
    """One standing reservation. A tuple, because there may be a million."""

    sale_id: int
    number: int
    person_id: int
    lot_id: int
    weight: int

    @property
    def pseudonym(self) -> str:
        return people.pseudonym(self.sale_id, self.person_id)

    @property
    def line(self) -> str:
        return people.line(
            number=self.number, pseudonym=self.pseudonym, lot_id=self.lot_id, weight=self.weight
        )

    @property
    def leaf(self) -> bytes:
        return merkle.leaf(self.line)


def of(sale: Sale, *, since: int = 1, most: int | None = None) -> Iterator[Entrant]:
    """In the order of their numbers, from number `since` on. One query, CHUNK rows at a time."""
    rows = Reservation.objects.standing().filter(sale=sale, number__gte=since).order_by("number")
    wanted = rows[:most] if most else rows
    values = wanted.values_list("number", "person_id", "lot_id", "weight")
    for row in values.iterator(chunk_size=CHUNK):
        yield Entrant(sale.pk, *row)


def block(sale: Sale, *, since: int) -> list[Entrant]:
    """The entrants of one block of the tree, which begins with number `since`."""
    return list(of(sale, since=since, most=merkle.BLOCK))
