"""The log of decisions: each line hashed with the one before, so that none can be put in later."""

import hashlib
from typing import NamedTuple


class Line(NamedTuple):
    """One decided claim. `claimed_us` is the gate's time, `unit` 0 for whoever got none."""

    log_number: int
    number: int
    slot: int
    wave: int
    lot_id: int
    claimed_us: int
    state: str
    unit: int

    def __str__(self) -> str:
        return ",".join(map(str, tuple(self)))


def link(head: str, line: Line) -> str:
    """The new head (64 hexadecimal digits) after the line. The first head is empty."""
    return hashlib.sha256(f"{head}\n{line}".encode()).hexdigest()
