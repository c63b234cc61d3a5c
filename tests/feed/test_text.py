"""The rules of a post's text, as tables."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed import text
from feed.text import BadText, EntityKind, TooLong


@pytest.mark.parametrize(
    ("words", "length"),
    [
        ("", 0),
        ("Plain words.", 12),
        ("é", 1),
        ("语", 2),
        ("안녕", 4),
        ("Ж", 1),
        ("ა", 1),  # U+10D0, below 4351
        ("ᄀ", 2),  # U+1100, the first above
        ("\u2019", 1),
        ("…", 2),
        ("😀", 2),
        ("👩‍👩‍👧‍👦", 2),
        ("👍🏾", 2),
        ("🇯🇵", 2),
        ("7️⃣", 2),
        ("🏴󠁧󠁢󠁷󠁬󠁳󠁿", 2),
        ("❤️", 2),
        ("©", 1),
        ("©️", 2),
        ("😀" + "\u200d😀" * 40, 32),  # eleven sequences of at most four, ten joins between them
        ("https://example.com/a/very/long/path?with=a&query=string", 23),
        ("see example.org now", 31),
        ("(https://example.com)", 25),
        ("https://example.com https://example.com", 47),
        ("line\nline", 9),
    ],
)
def test_length_is_weighted(words: str, length: int) -> None:
    assert text.weighted_length(text.clean(words)) == length


def links(words: str, kind: EntityKind) -> list[str]:
    return [entity.value for entity in text.entities(words) if entity.kind == kind]


@pytest.mark.parametrize(
    ("words", "topics"),
    [
        ("#Plaza", ["plaza"]),
        ("#PLAZA #plaza #Plaza", ["plaza", "plaza", "plaza"]),
        ("#Straße and #STRASSE", ["strasse", "strasse"]),
        ("#日本語の話 と #한국어", ["日本語の話", "한국어"]),
        ("＃全角", ["全角"]),
        ("今日は#東京", []),
        ("今日は #東京。", ["東京"]),
        ("#1st #123", ["1st"]),
        ("#हिन्दी", ["हिन्दी"]),
        ("#می‌خواهم", ["میخواهم"]),
        ("#ｐｌａｚａ", ["plaza"]),
        ("a#no &#38; #a#b ##x", []),
        ("#️⃣", []),
        ("#stop.", ["stop"]),
        ("(#in_brackets)", ["in_brackets"]),
        ("#http://example.com", []),
        ("https://example.com/#part", []),
        ("#" + "x" * 101, []),
        ("#ﷺ" * 3, []),
    ],
)
def test_topics_are_found_in_one_form(words: str, topics: list[str]) -> None:
    assert links(words, EntityKind.TOPIC) == topics


@pytest.mark.parametrize(
    ("words", "handles"),
    [
        ("@alice", ["alice"]),
        ("hi @alice, @Bob_9!", ["alice", "Bob_9"]),
        ("の@aliceに", ["alice"]),
        ("＠alice", ["alice"]),
        ("mail@alice.example", []),
        ("@alice@example.com", []),
        ("@aliceé", []),
        ("@ab", []),
        ("@" + "a" * 21, []),
        ("@http://example.com", []),
        ("https://example.com/@alice", []),
    ],
)
def test_mentions_are_found(words: str, handles: list[str]) -> None:
    assert links(words, EntityKind.MENTION) == handles


@pytest.mark.parametrize(
    ("words", "urls"),
    [
        ("http://example.com", ["http://example.com"]),
        ("HTTPS://Example.COM/Path", ["HTTPS://Example.COM/Path"]),
        ("example.com", ["https://example.com"]),
        ("shop.example.co.jp", ["https://shop.example.co.jp"]),
        ("bit.ly bit.ly/abc", ["https://bit.ly/abc"]),
        ("v1.2.3 index.html e.g. node.js", []),
        ("(https://example.com/a_(b))", ["https://example.com/a_(b)"]),
        ("https://example.com/a.", ["https://example.com/a"]),
        ("https://example.com?q=1!", ["https://example.com?q=1"]),
        ("https://example.com中文", ["https://example.com"]),
        ("javascript:alert(1) data:text/html,x ftp://example.com", []),
        ("http://localhost http://127.0.0.1/ http://[::1]/", []),
        ("someone@example.com", []),
        ('https://example.com/"onclick=x', ["https://example.com/"]),
    ],
)
def test_addresses_are_found(words: str, urls: list[str]) -> None:
    assert links(words, EntityKind.URL) == urls


def test_text_is_stored_in_one_form() -> None:
    assert text.clean("  e\u0301\r\nline\r\n\r\n\r\nend \n") == "é\nline\n\nend"


@pytest.mark.parametrize("control", list("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
def test_controls_of_direction_are_taken_away(control: str) -> None:
    assert text.clean(f"pay{control} 10") == "pay 10"


@pytest.mark.parametrize(
    "hidden",
    ["\0", "\x08", "\x1b", "\x7f", "\x85", "\ud800", "\ufeff", "\uffff", "\U0001ffff"],
)
def test_characters_that_nobody_can_see_are_refused(hidden: str) -> None:
    with pytest.raises(BadText):
        text.clean(f"a{hidden}b")


def test_a_book_is_refused_before_it_is_read() -> None:
    with pytest.raises(TooLong):
        text.clean("a" * 4_001)


@pytest.mark.parametrize(
    "spiteful",
    [
        "http://a.bc/" + "(" * 3_900,
        "http://a.bc/" + "(a" * 1_900,
        "http://a.bc/" + "(a)" * 1_300 + "!",
        "a." * 2_000,
        ".".join(["a_"] * 1_300),
        "http://" + "a-" * 1_990,
        "#a" * 2_000,
        "@" * 4_000,
    ],
)
def test_spiteful_text_is_read_at_once(spiteful: str) -> None:
    begun = time.perf_counter()
    text.entities(spiteful)
    text.weighted_length(spiteful)
    assert time.perf_counter() - begun < 1


@given(st.text(max_size=300))
def test_entities_never_overlap_and_cleaning_is_final(words: str) -> None:
    try:
        clean = text.clean(words)
    except BadText:
        return
    found = text.entities(clean)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert text.clean(clean) == clean
    assert all(text.canonical_topic(topic) == topic for topic in links(clean, EntityKind.TOPIC))
