"""Texts that are compressed once and sent many times, with something between them that changes.

A gzip stream may be put together from pieces (RFC 1951, 3.2.3 and 3.2.4): each kept text is a run
of deflate blocks that ends on a whole byte and refers to nothing before it; what stands between
goes in as it is. That costs a few bytes and next to no time, and as nothing of one person is ever
compressed beside a text that somebody else may have chosen, the length tells nothing (BREACH).
"""

import struct
import zlib
from collections.abc import Iterable
from typing import Final

LEVEL: Final = 6
PLAIN_MAX: Final = 0xFFFF  # bytes in one block that is not compressed
# RFC 1952: deflate, no name, no time, unknown system.
HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
LAST_BLOCK: Final = b"\x03\x00"


def packed(text: bytes) -> bytes:
    """To be kept: the text as blocks that may stand anywhere in a stream."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)


def plain(text: bytes) -> bytes:
    """The text as blocks that are not compressed."""
    starts = range(0, len(text), PLAIN_MAX)
    return b"".join(_plain_block(text[start : start + PLAIN_MAX]) for start in starts)


def whole(pieces: Iterable[bytes], *, text: bytes) -> bytes:
    """The gzip stream of `text`, whose parts in their order `pieces` are."""
    end = struct.pack("<II", zlib.crc32(text), len(text) & 0xFFFFFFFF)
    return b"".join((HEAD, *pieces, LAST_BLOCK, end))


def _plain_block(text: bytes) -> bytes:
    return struct.pack("<BHH", 0, len(text), len(text) ^ 0xFFFF) + text
