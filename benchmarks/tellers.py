"""Processes that move money at the same time, each over a connection of its own.

Forked from the benchmark, so that they start at once; threads would take turns for one
interpreter, and the site has several.
"""

import multiprocessing
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Final

from django.db import connection, connections, transaction

from benchmarks.rounds import Figures
from payments.services import ledger
from socialcommerce.lib import clock

SCOPE: Final = "bench"
READY_SECONDS: Final = 0.5
AMOUNT_MAX_MINOR: Final = 100


@dataclass(frozen=True, slots=True)
class Shift:
    """For so many seconds one of the payers pays one of the payees, both by account id. Keys begin
    with the name.
    """

    name: str
    payers: Sequence[int]
    payees: Sequence[int]
    seconds: float


@dataclass(frozen=True, slots=True)
class Done:
    """Seconds that each movement took until it was committed, and what the process needed."""

    took: list[float]
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Together:
    """What all of them did in the shift."""

    shift: Shift
    each: list[Done]

    @property
    def moved(self) -> int:
        """Movements that somebody was told are committed."""
        return sum(len(one.took) for one in self.each)

    @property
    def figures(self) -> Figures:
        took = sorted(second for one in self.each for second in one.took)
        cuts = [0.0, *quantiles(took, n=100)]
        return {
            "per_second": len(took) / self.shift.seconds,
            "p50_ms": round(cuts[50] * 1_000, 2),
            "p95_ms": round(cuts[95] * 1_000, 2),
            "p99_ms": round(cuts[99] * 1_000, 2),
            "python_cpu_us": sum(one.cpu_seconds for one in self.each) * 1e6 / len(took),
        }


def work(shift: Shift, *, count: int) -> Together:
    """`count` of them begin at the same moment and have ended."""
    connections.close_all()  # a connection belongs to one process
    with multiprocessing.get_context("fork").Pool(count) as pool:
        begin_at = time.time() + READY_SECONDS
        turns = [(shift, number, begin_at) for number in range(count)]
        each = pool.starmap(_teller, turns, chunksize=1)
        pool.close()
        pool.join()
    return Together(shift, each)


def _teller(shift: Shift, number: int, begin_at: float) -> Done:
    connection.ensure_connection()
    pick, took = random.Random(f"{shift.name}:{number}"), list[float]()
    time.sleep(max(0.0, begin_at - time.time()))
    cpu_before, began = time.process_time(), time.monotonic()
    until = began + shift.seconds
    while began < until:
        _move(shift, pick, key=f"{shift.name}:{number}:{len(took)}")
        ended = time.monotonic()
        took.append(ended - began)
        began = ended
    return Done(took, time.process_time() - cpu_before)


def _move(shift: Shift, pick: random.Random, *, key: str) -> None:
    """One movement, committed: what a view does that moves money for one person."""
    leg = ledger.Leg(
        pick.choice(shift.payers), pick.choice(shift.payees), pick.randint(1, AMOUNT_MAX_MINOR)
    )
    with transaction.atomic(durable=True):
        ledger.post(kind="wallet_payment", scope=SCOPE, key=key, legs=[leg], now=clock.now())
