"""A person's chance in a draw, as honest as it can be told before it is over: pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

STEPS: Final = 60  # halvings: far below what anybody could tell apart
# Earlier than this share of the time nobody can say how many will come.
TELLING: Final = 0.05


@dataclass(frozen=True, slots=True)
class Odds:
    """`now` with everybody who has reserved, `end` if they keep coming as they did until now.

    Both are probabilities; `end` is the same as `now` once nobody can come any more.
    """

    now: float
    end: float

    @property
    def one_in(self) -> int:
        return one_in(self.now)

    @property
    def one_in_at_the_end(self) -> int:
        return one_in(self.end)

    @property
    def is_range(self) -> bool:
        return self.one_in != self.one_in_at_the_end


def one_in(probability: float) -> int:
    """The chance as "1 in n", rounded; 1 is as good as certain."""
    return max(1, round(1 / probability)) if probability > 0 else 0


def chance(weight: int, weights: Mapping[int, int], units: int) -> float:
    """How likely somebody of that weight gets one of the units.

    `weights` counts everybody by weight, the person included. Each of them keeps the lowest of as
    many draws as they weigh, so with a bar at t somebody of weight w is below it with 1 - (1-t)^w;
    the bar stands where the units are used up on average.
    """
    if sum(weights.values()) <= units:
        return 1.0
    low, high = 0.0, 1.0
    for _step in range(STEPS):
        bar = (low + high) / 2
        below = sum(count * _below(bar, each) for each, count in weights.items())
        low, high = (bar, high) if below < units else (low, bar)
    return _below(high, weight)


def of(
    weight: int,
    weights: Mapping[int, int],
    *,
    units: int,
    opens_at: datetime,
    closes_at: datetime,
    now: datetime,
) -> Odds:
    """The chance now, and with as many people as there will be if they keep coming like this."""
    here = chance(weight, weights, units)
    passed = (now - opens_at) / (closes_at - opens_at)
    if not TELLING <= passed < 1:
        return Odds(here, here)
    grown = {each: max(count, round(count / passed)) for each, count in weights.items()}
    return Odds(here, chance(weight, grown, units))


def _below(bar: float, weight: int) -> float:
    return float(1 - (1 - bar) ** weight)
