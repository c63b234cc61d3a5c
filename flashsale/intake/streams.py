"""Reading the gate's streams. An entry leaves its stream only after PostgreSQL has committed it."""

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from flashsale.gate.keys import GROUP
from socialcommerce.lib import redis

# Another worker takes over what one has read and not finished after this long.
TAKE_OVER_AFTER_MS: Final = 5_000
# The names of the values that the scripts join by commas under PACKED: one long field costs half
# the memory of many short ones and a third of the time.
PACKED: Final = b"e"
CLAIM_FIELDS: Final = (
    "person",
    "number",
    "lot",
    "slot",
    "ticket",
    "at",
    "epoch",
    "wave",
    "lost",
)
RESERVATION_FIELDS: Final = ("person", "lot", "address", "wallet", "share", "at", "epoch")


class NoStream(Exception):
    """The stream or its group is not there: the gate is closed and a rebuild will make it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`fields` has CLAIM_FIELDS or RESERVATION_FIELDS, all as text, unless it is poison."""

    id: str
    fields: dict[str, str]


def ensure(client: redis.Redis, stream: str) -> None:
    """The stream and its group exist; what is in it stays to be read."""
    with suppress(redis.ResponseError):  # BUSYGROUP: it does already
        client.xgroup_create(stream, GROUP, id="0", mkstream=True)


def take(client: redis.Redis, stream: str, *, count: int) -> list[Entry]:
    """Up to `count` entries: first those that a dead worker left, then new ones.

    Raises NoStream.
    """
    consumer = f"{socket.gethostname()}-{os.getpid()}"
    try:
        left = client.xautoclaim(
            stream, GROUP, consumer, min_idle_time=TAKE_OVER_AFTER_MS, count=count
        )[1]
        if left:
            return _entries(stream, left)
        new: Any = client.xreadgroup(GROUP, consumer, {stream: ">"}, count=count)
    except redis.ResponseError as error:
        raise NoStream(stream) from error
    return _entries(stream, new[0][1]) if new else []


def survivors(client: redis.Redis, stream: str, *, count: int) -> Iterator[list[Entry]]:
    """Every entry in pages, read by others or not. For a rebuild, when nobody else may finish."""
    start = "-"
    while raw := client.xrange(stream, min=start, count=count):
        entries = _entries(stream, raw)
        yield entries
        start = f"({entries[-1].id}"


def drop(client: redis.Redis, stream: str, entries: list[Entry]) -> None:
    """The entries are gone from the stream, without any word to the gate."""
    ids = [entry.id for entry in entries]
    with suppress(redis.ResponseError):  # a stream that came back without its group
        client.xack(stream, GROUP, *ids)
    client.xdel(stream, *ids)


def backlog(client: redis.Redis, stream: str) -> int:
    """Entries that are not committed yet."""
    return int(client.xlen(stream))


def _entries(stream: str, raw: Any) -> list[Entry]:
    names = RESERVATION_FIELDS if stream.endswith(":rq") else CLAIM_FIELDS
    return [
        Entry(entry_id.decode(), _unpacked(fields, names))
        for entry_id, fields in raw
        if fields is not None
    ]


def _unpacked(raw: Mapping[bytes, bytes], names: Sequence[str]) -> dict[str, str]:
    """Whatever the gate did not write stays as it is: its reader calls it poison."""
    values = _text(raw.get(PACKED, b"")).split(",")
    if len(values) != len(names):
        return {_text(key): _text(value) for key, value in raw.items()}
    return dict(zip(names, values, strict=True))


def _text(value: Any) -> str:
    return bytes(value).decode("utf-8", "replace").replace("\0", "")
