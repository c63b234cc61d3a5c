"""Each second: are the units where the books say, and does the gate count what is free?"""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from flashsale.gate import control
from flashsale.models import Sale, SaleKind
from flashsale.services.watch import conservation
from flashsale.services.watch.conservation import Drift
from socialcommerce.lib import redis

# One check may meet a late payment on its way to the gate; three running do not.
EXCESS_CHECKS: Final = 3
# Counting every unit may take a thirtieth of the time: up to some 50,000 units that is each second
# (35 ms), in a rush or with 1,000,000 every few seconds, since the crowd needs the CPU more.
COUNTING_SHARE: Final = 30


@dataclass(slots=True)
class Reconciliation:
    """What is remembered from second to second; losing it costs some more checks."""

    excesses: Counter[int] = field(default_factory=Counter)
    drifts: dict[int, dict[int, Drift]] = field(default_factory=dict)
    counts_again: dict[int, float] = field(default_factory=dict)

    def books_fail(self, sale: Sale) -> bool:
        """Whether units are missing or doubled; asked no oftener than COUNTING_SHARE allows."""
        began = time.monotonic()
        if began < self.counts_again.get(sale.pk, 0.0):
            return False
        holds = conservation.count(sale.pk).holds
        took = time.monotonic() - began
        self.counts_again[sale.pk] = began + COUNTING_SHARE * took
        return not holds

    def gate_excess(self, sale: Sale) -> int:
        """Units that the gate has counted too many for EXCESS_CHECKS running: above 0 is an alarm.

        At the second look what is owed to the gate is paid, by somebody who noted it and died: to
        set remain right before would count it twice. Too few are put right then, because a unit
        nobody can claim is as wrong as one sold twice; so are too many in a draw, where nobody
        claims: it tells the gate after each batch, and a controller that dies in between does not.
        Raises redis.RedisError.
        """
        is_draw = sale.kind == SaleKind.DRAW
        drifts, earlier = conservation.drifts(sale), self.drifts.get(sale.pk, {})
        seen_twice = {lot: drift for lot, drift in drifts.items() if earlier.get(lot) == drift}
        if seen_twice:
            control.pay_out(redis.gate(), sale, seen_twice)
        for lot_id, drift in seen_twice.items():
            if is_draw or not drift.excess:
                conservation.repair(sale, lot_id, drift)
        self.drifts[sale.pk] = drifts
        excess = 0 if is_draw else sum(drift.excess for drift in drifts.values())
        self.excesses[sale.pk] = self.excesses[sale.pk] + 1 if excess else 0
        if self.excesses[sale.pk] < EXCESS_CHECKS:
            return 0
        del self.excesses[sale.pk]
        return excess
