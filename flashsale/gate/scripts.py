"""The gate's scripts, each with its fence baked into the text.

The SHA of a script is a fence by itself: a Redis that was restarted, replaced or failed over
answers NOSCRIPT until a rebuild has loaded the scripts of the new epoch. Only `load` loads.
"""

import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from flashsale.gate.keys import SHARD
from socialcommerce.lib.redis import Redis

FOLDER: Final = Path(__file__).resolve().parent.parent / "lua"
NAMES: Final = (
    "claim",
    "reserve",
    "settle",
    "give",
    "repair",
    "renew",
    "admit",
    "amend",
    "forget",
    "open",
)


@dataclass(frozen=True, slots=True)
class Fence:
    """One opening of one sale's gate. The nonce keeps two rebuilds of one epoch apart."""

    sale_id: int
    epoch: int
    nonce: str

    def __str__(self) -> str:
        return f"{self.sale_id}:{SHARD}:{self.epoch}:{self.nonce}"


@cache
def source(name: str) -> str:
    return (FOLDER / f"{name}.lua").read_text(encoding="utf-8")


def text(name: str, fence: Fence) -> str:
    """The script as it is loaded for this opening."""
    return f"local FENCE, EPOCH = '{fence}', '{fence.epoch}'\n{source(name)}"


@lru_cache(maxsize=1024)
def sha(name: str, fence: Fence) -> str:
    """What EVALSHA calls the script of this opening, computed without asking Redis."""
    return hashlib.sha1(text(name, fence).encode(), usedforsecurity=False).hexdigest()


def load(client: Redis, fence: Fence) -> None:
    """Redis knows every script of this opening. The last step but one of a rebuild."""
    for name in NAMES:
        client.script_load(text(name, fence))


def call(client: Redis, name: str, fence: Fence, keys: list[str], args: list[Any]) -> Any:
    """Runs a script of this opening. Raises NoScript where Redis does not know it."""
    return client.evalsha(sha(name, fence), len(keys), *keys, *args)
