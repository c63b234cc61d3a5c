"""Everybody in turn, several times, and the middle of what they did."""

from collections.abc import Callable, Mapping
from statistics import median

Figures = Mapping[str, float]
Contender = Callable[[], Figures]


def interleaved(count: int, contenders: Mapping[str, Contender]) -> dict[str, dict[str, float]]:
    """The medians of each contender's figures over `count` rounds: A, B, A, B, ...

    A machine that slows down in mid-run slows all of them.
    """
    seen: dict[str, list[Figures]] = {name: [] for name in contenders}
    for _round in range(count):
        for name, run in contenders.items():
            seen[name].append(run())
    return {name: medians(figures) for name, figures in seen.items()}


def medians(runs: list[Figures]) -> dict[str, float]:
    return {name: round(median(run[name] for run in runs), 3) for name in runs[0]}
