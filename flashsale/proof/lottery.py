"""Chance that can be checked: the order of people under a seed that nobody chose.

Each entry draws one hash for every point of its weight and keeps the lowest; the lowest hash of
all comes first. Of w equal draws one entry holds, the chance to hold the lowest of n is w / n,
so weights are exact and need no fraction.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

SEED = b"plaza seed 1\n"


@dataclass(frozen=True, slots=True)
class Ball:
    """One entry: the hash of its reservation's leaf, its slot (from 1) and its weight (from 1)."""

    leaf: bytes
    slot: int = 1
    weight: int = 1


def seed(*, secrets: Sequence[bytes], root: bytes) -> bytes:
    """From every party's secret, in the published order, and the sealed reservations.

    The parties committed before the list was final and the list before they revealed: whoever
    moves last can choose nothing.
    """
    digest = hashlib.sha256(SEED)
    for secret in secrets:
        digest.update(hashlib.sha256(secret).digest())
    digest.update(root)
    return digest.digest()


def key(seed: bytes, ball: Ball) -> bytes:
    """Where the entry stands: lower comes first."""
    start = hashlib.sha256(seed + ball.leaf + ball.slot.to_bytes(2, "big"))
    return min(_draw(start, number) for number in range(ball.weight))


def order(seed: bytes, balls: Sequence[Ball]) -> list[int]:
    """The places of the entries in `balls`, the first winner first."""
    keys = [key(seed, ball) for ball in balls]
    return sorted(range(len(balls)), key=keys.__getitem__)


def _draw(start: "hashlib._Hash", number: int) -> bytes:
    one = start.copy()
    one.update(number.to_bytes(2, "big"))
    return one.digest()
