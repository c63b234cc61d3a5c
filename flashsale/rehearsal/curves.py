"""Arrival curves: how many people come for a claim in each second after the start."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from flashsale.models import Sale, Second
from socialcommerce.lib.money import allocate

SECONDS_MAX: Final = 30  # of claims in a rehearsal: longer curves are pressed into it
# Nobody has measured this sale yet. In the reports of 2012 most of the crowd knocked in the first
# seconds and the rest thinned out by about a fifth each second; so does this one.
STEEPNESS: Final = 0.8
SUPPOSED_SECONDS: Final = 15


def supposed(people: int) -> list[int]:
    """A steep beginning that thins out; sums to `people`."""
    weights = [round(1_000 * STEEPNESS**second) for second in range(SUPPOSED_SECONDS)]
    return allocate(people, weights)


def of_past_sale(sale: Sale, people: int) -> list[int]:
    """The claims that a past sale saw second by second, for another number of people.

    The supposed curve where nothing was counted.
    """
    until = sale.starts_at + timedelta(seconds=SECONDS_MAX * 10)
    rows = Second.objects.filter(sale=sale, at__gte=sale.starts_at, at__lt=until).order_by("at")
    counts = list(rows.values_list("claim_requests", flat=True))
    if not any(counts):
        return supposed(people)
    return allocate(people, _pressed(counts, SECONDS_MAX))


def scaled(curve: Sequence[int], *, most_a_second: int) -> list[int]:
    """The same people with at most so many a second: who does not fit comes in the next one.

    What the machine cannot send would only measure the sender.
    """
    rest, result = 0, []
    for count in curve:
        due = count + rest
        result.append(min(due, most_a_second))
        rest = due - result[-1]
    while rest:
        result.append(min(rest, most_a_second))
        rest -= result[-1]
    return result


def _pressed(counts: Sequence[int], seconds: int) -> list[int]:
    """The curve in at most so many seconds, neighbours added up."""
    width = -(-len(counts) // seconds)
    return [sum(counts[start : start + width]) for start in range(0, len(counts), width)]
