"""A Merkle tree over the reservations, so that one hash published before fixes all of them.

Leaves and nodes are hashed with different first bytes, so that no node can pass for a leaf; a
node without a partner goes up as it is. Source: RFC 6962, section 2.1, for the two prefixes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

LEAF = b"\x00"
NODE = b"\x01"
# A power of two: the roots of blocks are nodes of the one tree, and its root is theirs.
BLOCK = 1_024


@dataclass(frozen=True, slots=True)
class Step:
    """The neighbour on the way to the root, and on which side it stands."""

    side: Literal["left", "right"]
    digest: bytes


def leaf(line: str) -> bytes:
    """The hash of one line of the published list."""
    return hashlib.sha256(LEAF + line.encode()).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The one hash above all leaves, in their order. Of no leaves: the hash of nothing."""
    level = list(leaves) or [hashlib.sha256(b"").digest()]
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[Step]:
    """What somebody needs beside their own leaf to reach the root. Raises IndexError."""
    level, steps = list(leaves), []
    level[index]
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            steps.append(Step("left" if neighbour < index else "right", level[neighbour]))
        level, index = _above(level), index // 2
    return steps


def _above(level: list[bytes]) -> list[bytes]:
    pairs = [
        hashlib.sha256(NODE + level[place] + level[place + 1]).digest()
        for place in range(0, len(level) - 1, 2)
    ]
    return pairs + level[len(pairs) * 2 :]
