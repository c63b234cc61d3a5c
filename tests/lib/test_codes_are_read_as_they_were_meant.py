"""Letters that people read aloud and type: nothing that looks alike keeps them out."""

import pytest

from socialcommerce.lib import spoken


def test_letters_are_of_the_alphabet_and_never_the_same() -> None:
    made = {spoken.new(16) for _code in range(200)}
    assert len(made) == 200
    assert {letter for code in made for letter in code} <= set(spoken.ALPHABET)
    assert {len(code) for code in made} == {16}


def test_they_are_shown_in_groups_of_four() -> None:
    assert spoken.grouped("0123456789ABCDEF") == "0123-4567-89AB-CDEF"


@pytest.mark.parametrize(
    "typed", ["0123-4567-89AB-CDEF", " o123 4567 89ab cdef", "OI23456789abCDEF"]
)
def test_case_groups_and_look_alikes_do_not_matter(typed: str) -> None:
    assert spoken.read(typed, letters=16) == "0123456789ABCDEF"


@pytest.mark.parametrize(
    "typed",
    ["", "0123", "0123-4567-89AB-CDEFG", "0123-4567-89AB-CDEU", "０123456789ABCDEF", "ß" * 16],
)
def test_what_is_none_is_read_as_nothing(typed: str) -> None:
    assert spoken.read(typed, letters=16) == ""
