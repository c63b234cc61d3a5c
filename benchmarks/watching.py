"""Waiting until PostgreSQL has it, and when it had how much."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.db.models import QuerySet

from flashsale.models import Claim, Sale

LIVE = ("held", "paying", "paid")


@dataclass(frozen=True, slots=True)
class Curve:
    """`points` are (Unix time, count), from the first look to the one that found them all."""

    points: list[tuple[float, int]]

    def seconds_since(self, began: float) -> float:
        return self.points[-1][0] - began

    @property
    def per_second(self) -> float:
        """From the first sight of any to the last: neither start nor waiting counts."""
        (first_at, first), (last_at, last) = self.points[0], self.points[-1]
        return (last - first) / (last_at - first_at) if last_at > first_at else 0.0


def until(
    count: Callable[[], int], target: int, *, every: float = 0.1, patience: float = 300.0
) -> Curve:
    """Looks until the count has reached the target.

    Raises RuntimeError when nothing has moved for `patience` seconds.
    """
    points: list[tuple[float, int]] = []
    moved_at = time.monotonic()
    while not points or points[-1][1] < target:
        seen = count()
        if seen and (not points or seen > points[-1][1]):
            points.append((time.time(), seen))
            moved_at = time.monotonic()
        elif time.monotonic() - moved_at > patience:
            raise RuntimeError(f"{seen} of {target} are there and nothing moves any more.")
        else:
            time.sleep(every)
    return Curve(points)


def reserved(sale_id: int) -> int:
    """Reservations that are committed, as the sale counts them."""
    return Sale.objects.values_list("reserved", flat=True).get(pk=sale_id)


def decided(sale_id: int) -> int:
    """Claims that are committed, as the sale's log counts them: looking costs one row, where
    counting would cost the workers their CPU.
    """
    return Sale.objects.values_list("log_length", flat=True).get(pk=sale_id)


def paid(sale_id: int, units: int) -> Curve:
    """Looks until so many units are paid; until so many claims are decided at the log, which
    costs one row, because counting what is paid would be a load of its own.
    """
    until(partial(decided, sale_id), units, every=0.1)
    settled = Claim.objects.filter(sale_id=sale_id, state="paid")
    return until(settled.count, units, every=0.1)


def claims(sale_id: int) -> "QuerySet[Claim]":
    return Claim.objects.filter(sale_id=sale_id, state__in=LIVE)
