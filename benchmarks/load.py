"""Sends the crowd (visitors.py, a process of its own) and reads what it heard."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from socialcommerce.embedded.paths import PROJECT
from socialcommerce.embedded.ports import LOOPBACK

HOST_NAME = "plaza.example"
CONNECTIONS = 64
# Of a plan, what its file says in the very words.
AS_THEY_ARE = (
    "port", "path", "ask", "seconds", "begin_at", "accept", "encoding", "headers", "repeats",
    "connections",
)  # fmt: skip
# An odd multiplier runs through all of 2^29 addresses (32.0.0.0 up to 63.255.255.255) before any
# comes twice, and neighbours end up in different networks, as those of a real crowd do.
FIRST_ADDRESS, ADDRESSES, SCATTER = 0x20000000, 2**29, 2_654_435_761


@dataclass(frozen=True, slots=True)
class Plan:
    """What the crowd does. `path` is for their wish, `ask` for where they stand.

    A standing in `asking` is asked about at the interval that the server says, one in `final` is
    the person's end; at any other the wish is sent again when the answer says so. `headers` are
    lines that everybody sends.
    """

    port: int
    people: Path
    path: str
    final: Iterable[str]
    asking: Iterable[str] = ()
    ask: str = ""
    seconds: float = 3_600.0
    begin_at: float = 0.0
    accept: str = "application/json"
    encoding: str = ""
    headers: str = ""
    repeats: bool = False
    connections: int = CONNECTIONS
    journal: Path | None = None

    def write(self) -> Path:
        file = self.people.with_suffix(f".{self.port}.{time.monotonic_ns()}.json")
        values: dict[str, Any] = {name: getattr(self, name) for name in AS_THEY_ARE}
        values |= {"final": [*self.final], "asking": [*self.asking], "people": str(self.people)}
        values |= {"host": LOOPBACK, "host_name": HOST_NAME}
        file.write_text(json.dumps(values | {"journal": str(self.journal or "")}))
        return file


@dataclass(frozen=True, slots=True)
class Heard:
    """`first` counts what people were told first, `ends` what they heard last.

    `told_seconds` until the last one was told for the first time, `seconds` until the last one
    was at their end; `errors` are requests without an answer or with a server's error.
    """

    first: dict[str, int]
    ends: dict[str, int]
    requests: int
    errors: int
    began: float
    told_seconds: float
    seconds: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_seconds: float
    per_second: list[int] = field(default_factory=list)


class Visit:
    """A crowd that is on its way."""

    def __init__(self, plan: Plan) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, "-S", "-m", "benchmarks.visitors", str(plan.write())],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def is_over(self) -> bool:
        return self._process.poll() is not None

    def end(self) -> Heard:
        """Waits for the last of them. Raises RuntimeError if the crowd could not be sent."""
        said, _nothing = self._process.communicate()
        if self._process.returncode:
            raise RuntimeError("The crowd broke down; its own words stand above.")
        return Heard(**json.loads(said))

    def stop(self) -> None:
        if not self.is_over:
            self._process.kill()
            self._process.wait()


def run(plan: Plan) -> Heard:
    """The crowd came and went."""
    visit = Visit(plan)
    try:
        return visit.end()
    finally:
        visit.stop()


def address(number: int) -> str:
    """The address from which person `number` comes: their own, below 2^29 people."""
    value = FIRST_ADDRESS + number * SCATTER % ADDRESSES
    return f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}"


def write_people(file: Path, people: Iterable[tuple[int, str, str]]) -> Path:
    """A line for each (key, header, body); people come in this order."""
    with file.open("w") as lines:
        for key, header, body in people:
            lines.write(f"{key}\t{address(key)}\t{header}\t{body}\n")
    return file
