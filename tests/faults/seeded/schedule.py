"""What goes wrong and when, drawn from a seed: the same seed does the same again."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

FAULTS_IN_A_RUN: Final = (4, 6)
FIRST_SECOND, LAST_SECOND = -1.5, 6.0  # from the sale's start on
APART_SECONDS: Final = 0.7
POINTS: Final = (
    "claims before commit",
    "claims after commit",
    "claims before ack",
    "reservations before ack",
)


class Fault(StrEnum):
    WORKER_KILLED = "a worker is killed"
    WORKER_DIES_AT = "a worker dies between two steps"
    WORKER_SLEEPS = "a worker is stopped over an epoch change and goes on"
    DELIVERED_TWICE = "entries are taken from workers that still work on them"
    CONTROLLER_KILLED = "the leading controller is killed"
    CONTROLLER_SLEEPS = "the leading controller is stopped past its leases"
    CLOCK_SHIFTED = "a controller with a wrong clock takes over"
    REDIS_EMPTIED = "the gate's Redis is emptied"
    REDIS_RESTARTED = "the gate's Redis is killed and comes back with its file"
    REDIS_REPLACED = "the gate's Redis is replaced by an empty one"
    REDIS_OF_YESTERDAY = "the gate's Redis comes back with an old file"
    POSTGRES_STOPPED = "PostgreSQL is stopped at once and started again"
    PAUSED = "the sale is paused and resumed"


@dataclass(frozen=True, slots=True)
class Planned:
    """`at` in seconds from the start of the sale; `detail` as the fault understands it."""

    at: float
    fault: Fault
    detail: str = ""
    offset_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Shape:
    """What kind of sale is played."""

    units: int
    people: int
    lots: int
    slots: int
    window_ms: int
    has_wave: bool
    is_draw: bool


def shape(seed: int, *, people: int) -> Shape:
    """Three or four people for each unit, so that nothing may stay free."""
    random = Random(f"shape {seed}")
    slots = random.choice((1, 1, 2))
    units = people // (random.choice((3, 4)) * slots)
    lots, window_ms = random.choice((1, 1, 2)), random.choice((0, 0, 1_000))
    has_wave, is_draw = random.random() < 0.5, random.random() < 0.25
    if is_draw:  # one unit a person, and nobody claims in a window
        slots, window_ms = 1, 0
    return Shape(units, people, lots, slots, window_ms, has_wave, is_draw)


def plan(seed: int) -> list[Planned]:
    """The faults of one run in the order of their time."""
    random = Random(seed)
    count = random.randint(*FAULTS_IN_A_RUN)
    span = LAST_SECOND - FIRST_SECOND - count * APART_SECONDS
    moments = sorted(random.uniform(0, span) for _fault in range(count))
    return [
        _planned(random, FIRST_SECOND + moment + place * APART_SECONDS)
        for place, moment in enumerate(moments)
    ]


def _planned(random: Random, at: float) -> Planned:
    fault = random.choice(list(Fault))
    detail = random.choice(POINTS) if fault is Fault.WORKER_DIES_AT else ""
    offset = random.choice((-1.0, 1.0)) if fault is Fault.CLOCK_SHIFTED else 0.0
    return Planned(round(at, 2), fault, detail, offset)
