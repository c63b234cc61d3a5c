"""Moving units between their states, always under row locks of PostgreSQL."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db import connection

from flashsale.models import Sale, SaleKind, Unit
from flashsale.unit_states import UnitState
from socialcommerce.lib import arrays, guards


class FreeUnit(NamedTuple):
    """A unit that nobody has. No model: a batch picks a thousand."""

    id: int
    number: int


def pick_free(*, lot_id: int, count: int) -> list[FreeUnit]:
    """Up to `count` free units of the lot, lowest numbers first, locked; fewer if fewer are free.

    Demands a transaction and the sale's lock. A late payment takes a unit without the sale's
    lock: the row we waited for is free no more, LIMIT has counted it, so we look again.
    """
    found: list[FreeUnit] = []
    while len(found) < count:
        free = Unit.objects.filter(lot_id=lot_id, state=UnitState.FREE).order_by("number")
        if found:
            free = free.exclude(pk__in=[unit.id for unit in found])
        if guards.is_on("sale lock"):
            free = free.select_for_update(no_key=True)
        more = list(free.values_list("pk", "number")[: count - len(found)])
        if not more:
            break
        found += [FreeUnit(*row) for row in more]
    return found


def pick_spare(*, lot_id: int, states: Collection[UnitState]) -> Unit | None:
    """One unit in one of these states for money that came late, a pooled one rather than a free
    one; locked.

    Demands a transaction. Rows that somebody else is deciding about are left to them.
    """
    ordered = Unit.objects.filter(lot_id=lot_id, state__in=states).order_by("-state", "number")
    return ordered.select_for_update(no_key=True, skip_locked=True).first()


def move(unit_ids: Iterable[int], state: UnitState) -> int:
    """The units are in `state`; how many. Their rows are locked by the caller."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE flashsale_unit SET state = %s WHERE id = ANY(%s::bigint[])",
            [state.value, arrays.integers(unit_ids)],
        )
        return int(cursor.rowcount)


def state_of_returned(sale: Sale) -> UnitState:
    """Where a unit goes that somebody gave up: free until the first sell-out, pooled after it.

    In a draw pooled at once: nobody claims there, and one that stands still half way would draw
    for the same unit twice.
    """
    return UnitState.POOLED if sale.kind == SaleKind.DRAW else state_of_added(sale)


def state_of_added(sale: Sale) -> UnitState:
    """Where a unit goes that the sale gets from stock: after the sell-out to who lost."""
    return UnitState.FREE if sale.sold_out_at is None else UnitState.POOLED


def any_free(sale: Sale) -> bool:
    return Unit.objects.filter(sale=sale, state=UnitState.FREE).exists()
