"""Texts packed beforehand, and others between them as they are, are one gzip stream."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcommerce.lib import pieces


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=300)), max_size=12))
def test_any_texts_in_any_order(parts: list[tuple[bool, bytes]]) -> None:
    made = [pieces.packed(text) if packs else pieces.plain(text) for packs, text in parts]
    text = b"".join(text for _packs, text in parts)
    assert gzip.decompress(pieces.whole(made, text=text)) == text


@pytest.mark.parametrize("length", [0, 65_535, 65_536, 200_000])
def test_texts_longer_than_one_block(length: int) -> None:
    text = bytes(number % 251 for number in range(length))
    for made in (pieces.packed(text), pieces.plain(text)):
        assert gzip.decompress(pieces.whole([made], text=text)) == text


def test_the_length_does_not_tell_whether_a_part_stands_elsewhere_too() -> None:
    shared = pieces.packed(b"token=abcdefgh " * 20)
    right, wrong = pieces.plain(b"token=abcdefgh"), pieces.plain(b"token=zyxwvuts")
    assert len(right) == len(wrong)
    assert len(pieces.whole([shared, right], text=b"")) == len(
        pieces.whole([shared, wrong], text=b"")
    )
