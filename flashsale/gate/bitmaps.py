"""Bitmaps as Redis writes them (bit 0 is the highest of the first byte), made by PostgreSQL.

A million rows are folded into 64-bit words by the server, so that some tens of thousands of
small rows travel and Python never sees a person.
"""

import struct
from collections.abc import Mapping
from typing import Any, Final

from django.db import connection

WORD: Final = 8  # bytes
PAGE: Final = 5_000  # words in one fetch
FOLD: Final = """
SELECT bit >> 6, bit_or(1::bigint << (63 - (bit & 63))::int)
FROM ({bits}) AS bits GROUP BY 1
"""


def load(bits: str, values: Mapping[str, Any]) -> bytes:
    """The bitmap of what the query `bits` selects: one column `bit`, a bigint from 0."""
    raw = bytearray()
    with connection.cursor() as cursor:
        cursor.execute(FOLD.format(bits=bits), values)
        while words := cursor.fetchmany(PAGE):
            _grow(raw, (max(place for place, _word in words) + 1) * WORD)
            for place, word in words:
                struct.pack_into(">q", raw, place * WORD, word)
    return bytes(raw)


def union(*bitmaps: bytes) -> bytes:
    """Every bit that any of them has."""
    size = max(map(len, bitmaps), default=0)
    whole = 0
    for bitmap in bitmaps:
        whole |= int.from_bytes(bitmap.ljust(size, b"\0"), "big")
    return whole.to_bytes(size, "big")


def has(bitmap: bytes, bit: int) -> bool:
    return bit >> 3 < len(bitmap) and bool(bitmap[bit >> 3] & 0x80 >> (bit & 7))


def _grow(raw: bytearray, size: int) -> None:
    if size > len(raw):
        raw.extend(bytes(size - len(raw)))
