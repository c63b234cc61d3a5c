"""free + held + paid + pooled = pledged, always; and the gate's remain is what is free."""

from dataclasses import dataclass
from typing import Final

from django.db import connection

from flashsale.gate import control, scripts
from flashsale.gate.keys import Keys
from flashsale.intake import streams
from flashsale.models import Lot, Sale, Unit
from flashsale.unit_states import UnitState
from socialcommerce.lib import redis

# A unit counts only where its state and its claim say the same, so that a unit which was
# forgotten, doubled or left behind is missing from the sum.
COUNT: Final = """
SELECT count(*) FILTER (WHERE unit.state = 'free' AND claim.id IS NULL),
       count(*) FILTER (WHERE unit.state = 'held' AND claim.state IN ('held', 'paying')),
       count(*) FILTER (WHERE unit.state = 'paid' AND claim.state = 'paid'),
       count(*) FILTER (WHERE unit.state = 'pooled' AND claim.id IS NULL),
       count(*) FILTER (WHERE unit.state = 'returned' AND claim.id IS NULL),
       (SELECT coalesce(sum(pledged), 0) FROM flashsale_lot WHERE sale_id = %(sale)s)
FROM flashsale_unit unit
LEFT JOIN flashsale_claim claim
    ON claim.unit_id = unit.id AND claim.state IN ('held', 'paying', 'paid')
WHERE unit.sale_id = %(sale)s
"""


@dataclass(frozen=True, slots=True)
class Count:
    """Units by where they are. `returned` went back to the store's stock after the sale."""

    free: int
    held: int
    paid: int
    pooled: int
    returned: int
    pledged: int

    @property
    def holds(self) -> bool:
        return self.free + self.held + self.paid + self.pooled + self.returned == self.pledged


def count(sale_id: int) -> Count:
    """One statement, so one moment."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"sale": sale_id})
        row = cursor.fetchone()
    return Count(*map(int, row))


@dataclass(frozen=True, slots=True)
class Drift:
    """What the gate counts of a lot, and what PostgreSQL has free of it."""

    remain: int
    free: int

    @property
    def excess(self) -> int:
        return max(0, self.remain - self.free)


def drifts(sale: Sale) -> dict[int, Drift]:
    """The lots of which the gate counts another number than PostgreSQL has free.

    Compared only between two equal reads of a gate in which nothing waits, so that a claim on
    its way is no difference. A unit that was freed and is still to be given is one for a moment:
    only what stands at two looks is a mistake. Raises redis.RedisError.
    """
    client, keys = redis.gate(), Keys(sale.pk)
    lots = list(Lot.objects.filter(sale=sale).values_list("pk", flat=True))
    before = control.remains(client, sale.pk, lots)
    if streams.backlog(client, keys.claims):
        return {}
    free = {lot: Unit.objects.filter(lot_id=lot, state=UnitState.FREE).count() for lot in lots}
    if streams.backlog(client, keys.claims) or before != control.remains(client, sale.pk, lots):
        return {}
    return {lot: Drift(before[lot], free[lot]) for lot in lots if before[lot] != free[lot]}


def repair(sale: Sale, lot_id: int, drift: Drift) -> None:
    """The gate counts what is free again, unless anything has moved. Raises redis.RedisError."""
    keys = Keys(sale.pk)
    names = [keys.meta, keys.remain(lot_id), keys.claims]
    args = [drift.remain, drift.free]
    scripts.call(redis.gate(), "repair", control.fence_of(sale), names, args)
