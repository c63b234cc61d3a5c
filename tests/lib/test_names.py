"""A name is what one sees."""

import pytest

from socialcommerce.lib import names


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Mina \t Park\n", "Mina Park"),
        ("\u202eecirp", "ecirp"),
        ("Mi\u200bna\u2060", "Mina"),
        ("\u200fMina\u2066", "Mina"),
        ("Mina\x00\x07", "Mina"),
        ("Ame\u0301lie", "Am\u00e9lie"),
        ("Nguy\u1ec5n V\u0103n", "Nguy\u1ec5n V\u0103n"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("Z" + "\u0335" * 40 + "a", "Z\u0335\u0335\u0335\u0335a"),
        ("\U0001f469\u200d\U0001f373 Ada", "\U0001f469\u200d\U0001f373 Ada"),
        ("\u7f8e\u5948", "\u7f8e\u5948"),
    ],
)
def test_a_name_is_kept_as_it_is_seen(typed: str, kept: str) -> None:
    assert names.clean(typed, most=50) == kept


@pytest.mark.parametrize(
    "empty", ["", "   ", "\u200b", "\u3164\u3164", "\u2800", "\u200d", "...", "\u202e"]
)
def test_a_name_that_shows_nothing_is_refused(empty: str) -> None:
    with pytest.raises(names.BadName):
        names.clean(empty, most=50)


def test_a_name_that_grows_when_it_is_composed_is_measured_afterwards() -> None:
    """U+0958 is two characters in NFC: fifty of them would not fit the column."""
    with pytest.raises(names.BadName):
        names.clean("\u0958" * 50, most=50)
