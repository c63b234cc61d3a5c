"""What each process of the stack costs: CPU time, and memory at its highest and at the end.

Read from /proc, so that nothing is asked of the processes themselves.
"""

import os
import threading
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

TICKS: Final = os.sysconf("SC_CLK_TCK")
PROC: Final = Path("/proc")
SAMPLE_SECONDS: Final = 0.5
KILOBYTES_A_MEGABYTE: Final = 1024


class Meter:
    """`with Meter(roots) as meter:` and afterwards `meter.cpu_seconds`, `peak_mb`, `last_mb`.

    `roots` are process ids by name; whatever they start counts as theirs. Memory is that of the
    largest process of a name, which is what a limit "a worker" is about.
    """

    def __init__(self, roots: Mapping[str, int]) -> None:
        self.roots = roots
        self.cpu_seconds: dict[str, float] = {}
        self.peak_mb: dict[str, float] = defaultdict(float)
        self.samples: dict[str, list[float]] = defaultdict(list)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._before = cpu_seconds(self.roots)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._sample()
        after = cpu_seconds(self.roots)
        self.cpu_seconds = {name: after[name] - self._before[name] for name in after}

    @property
    def total_cpu_seconds(self) -> float:
        return sum(self.cpu_seconds.values())

    def microseconds_each(self, count: int) -> dict[str, float]:
        """CPU time by name for each of `count` operations."""
        return {
            f"{name}_cpu_us": round(seconds * 1e6 / max(count, 1), 1)
            for name, seconds in self.cpu_seconds.items()
        }

    def growth_mb(self, name: str) -> float:
        """How much larger the process is at the end than after the first quarter."""
        samples = self.samples[name]
        return round(samples[-1] - samples[len(samples) // 4], 1) if samples else 0.0

    def _watch(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            self._sample()

    def _sample(self) -> None:
        families = family(self.roots)
        for name, members in families.items():
            largest = max((resident_mb(pid) for pid in members), default=0.0)
            self.samples[name].append(largest)
            self.peak_mb[name] = max(self.peak_mb[name], largest)


def cpu_seconds(roots: Mapping[str, int]) -> dict[str, float]:
    """CPU time by name so far, of children that have ended too."""
    return {
        name: sum(_ticks(pid) for pid in members) / TICKS for name, members in family(roots).items()
    }


def family(roots: Mapping[str, int]) -> dict[str, list[int]]:
    """Every process by the root it descends from."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children[int(fields[1])].append(int(entry.name))
    found: dict[str, list[int]] = {}
    for name, root in roots.items():
        members = [root]
        for member in members:  # grows while it is walked
            members += children[member]
        found[name] = members
    return found


def resident_mb(pid: int) -> float:
    try:
        pages = int((PROC / str(pid) / "statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / KILOBYTES_A_MEGABYTE / KILOBYTES_A_MEGABYTE


def _ticks(pid: int) -> int:
    """User and system time, and that of its children that were waited for."""
    fields = _stat(pid)
    return sum(map(int, fields[11:15])) if fields else 0


def _stat(pid: int) -> list[str]:
    """The fields after the program's name, which may hold spaces; [] for one that is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
