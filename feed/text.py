"""What a post's text may hold, how long it is, and what in it is a link.

The rules are those that Twitter's open text library published: the weights of its
configuration v3, a fixed length for URLs, two for an emoji, hashtags of letters and marks of
every script. Source: github.com/twitter/twitter-text, config/v3.json and its README; emoji
sequences as UTS #51 defines them. Where this page is narrower it says so.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import handles
from feed.models.posts import TEXT_CHARACTERS_MAX
from feed.models.topics import TAG_CHARACTERS_MAX
from socialcommerce.lib.problems import Invalid

# config/v3.json: weights in hundredths of a character.
SCALE = 100
DEFAULT_WEIGHT = 200
LIGHT_WEIGHT = 100
LIGHT_RANGES = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
URL_LENGTH = 23

TOPICS_MAX = 10  # more is a list of search words, not a subject
MENTIONS_MAX = 10  # each mention is a notification that somebody else pays for with attention

# Direction marks that reorder what stands around them: a name or price could read backwards.
# Left-to-right and right-to-left marks stay, honest text in two directions needs them.
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Control characters but tab and newline, lone surrogates, U+FEFF and noncharacters (the library
# refuses these), annotation anchors.
_REFUSED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff"
    + "".join(
        f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17)
    )
    + "]"
)
# Letters to Unicode, nothing to the eye: Hangul fillers and the empty Braille pattern.
_LOOKS_EMPTY = frozenset("\u115f\u1160\u3164\uffa0\u2800")

_PICTOGRAPH = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001faff"
)
_ELEMENT = (
    f"(?![\u00a9\u00ae](?!\ufe0f))[{_PICTOGRAPH}](?:\ufe0f|[\U0001f3fb-\U0001f3ff])?"
    "(?:[\U000e0020-\U000e007e]{1,6}\U000e007f)?"
)
# At most three joins, as in every sequence that Unicode recommends: an endless one is not free.
_EMOJI = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_ELEMENT}(?:\u200d{_ELEMENT}){{0,3}}"
)

# Hosts are ASCII (other scripts in their xn-- form): one look, one place. A host without http://
# counts where its ending is common, or where a path or a part like .co.jp makes it plain;
# the library brings a list of every ending instead, which ages.
_SUBDOMAIN = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_DOMAIN = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_TLD = r"(?:xn--[a-z0-9-]{2,59}|[a-z]{2,24})(?![a-z0-9_@])"
_COMMON_TLD = (
    r"(?:com|org|net|edu|gov|int|mil|info|biz|co|tv|app|dev|shop|store)(?![a-z0-9_@]|\.[a-z0-9])"
)
# What stands before a country's ending where names are given below it: example.co.jp.
_SECOND_LEVEL = r"(?:co|com|net|org|edu|gov|ac|or|ne|go)"
_LATIN_CYRILLIC = "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0400-\u04ff"
_PATH_CHARACTER = rf"[a-z0-9{_LATIN_CYRILLIC}!*';:=+,.$/%#\[\]\-\u2013_~@|&]"
_PATH_END = rf"[a-z0-9{_LATIN_CYRILLIC}=_#/+\-]"
_PATH = (
    rf"/(?:(?:{_PATH_CHARACTER}|\({_PATH_CHARACTER}+\))*(?:{_PATH_END}|\({_PATH_CHARACTER}+\)))?"
)
_QUERY = r"\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9_&=#/\-]"
_TAIL = rf"(?::\d{{1,5}})?(?:{_PATH})?(?:{_QUERY})?"
_URL = re.compile(
    rf"(?<![a-z0-9@$\uff20#\uff03])(?:"
    rf"https?://(?:{_SUBDOMAIN}\.)*{_DOMAIN}\.{_TLD}{_TAIL}"
    rf"|(?<![-_./])(?:"
    rf"(?:{_SUBDOMAIN}\.)*{_DOMAIN}\.{_COMMON_TLD}{_TAIL}"
    rf"|(?:{_SUBDOMAIN}\.)*{_DOMAIN}\.[a-z]{{2}}(?![a-z0-9_@])(?:{_PATH})"
    rf"|(?:{_SUBDOMAIN}\.)*{_DOMAIN}\.{_SECOND_LEVEL}\.[a-z]{{2}}(?![a-z0-9_@]){_TAIL}"
    rf"))",
    re.IGNORECASE | re.ASCII,
)

_MENTION = re.compile(
    rf"(?<![A-Za-z0-9_!@#$%&*\uff20])[@\uff20]"
    rf"([A-Za-z0-9_]{{{handles.HANDLE_MIN},{handles.HANDLE_MAX}}})"
    rf"(?![A-Za-z0-9_@\uff20\u00c0-\u024f]|://)"
)

# Signs that the library lets stand in a hashtag beside letters, marks and digits.
_TAG_SIGNS = frozenset(
    "_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"
)
_HASH = "#\uff03"


class BadText(Invalid):
    code = "bad-text"
    title = _("That text cannot be posted")


class TooLong(BadText):
    code = "too-long"
    title = _("That is too long for one post")


class EntityKind(StrEnum):
    URL = "url"
    MENTION = "mention"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Entity:
    """text[start:end] is a link; `value` is an address, a handle or a canonical topic."""

    kind: EntityKind
    start: int
    end: int
    value: str


def clean(text: str) -> str:
    """The text as it is stored: NFC, plain newlines, no control of direction, no empty edges.

    At most one empty line in a row; a text that shows nothing becomes "". Raises BadText.
    """
    if len(text) > TEXT_CHARACTERS_MAX:
        raise TooLong
    text = _BIDI_CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if _REFUSED.search(text):
        raise BadText(_("It holds a character that nobody can see. Please remove it."))
    text = re.sub(r"\n{3,}", "\n\n", unicodedata.normalize("NFC", text)).strip()
    return "" if _shows_nothing(text) else text


def check(text: str) -> list[Entity]:
    """The entities of a cleaned text that may be posted. Raises TooLong, BadText."""
    too_much = weighted_length(text) - settings.POST_LENGTH_MAX
    if too_much > 0 or len(text) > TEXT_CHARACTERS_MAX:
        raise TooLong(
            ngettext(
                "Please take away %(count)s character.",
                "Please take away %(count)s characters.",
                too_much,
            )
            % {"count": too_much}
        )
    found = entities(text)
    _check_number(found, EntityKind.TOPIC, TOPICS_MAX)
    _check_number(found, EntityKind.MENTION, MENTIONS_MAX)
    return found


def weighted_length(text: str) -> int:
    """The length in weighted characters of a text in NFC.

    Source: twitter-text config/v3.json and the parse of its README.
    """
    weight, position = 0, 0
    for url in _URL.finditer(text):
        weight += _weight(text[position : url.start()]) + URL_LENGTH * SCALE
        position = url.end()
    return (weight + _weight(text[position:])) // SCALE


def entities(text: str) -> list[Entity]:
    """Links of the text in their order, none inside another: an address beats what is in it."""
    urls = [Entity(EntityKind.URL, *url.span(), _address(url[0])) for url in _URL.finditer(text)]
    taken = [(url.start, url.end) for url in urls]
    others = [
        entity
        for entity in (*_mentions(text), *_topics(text))
        if not any(start < entity.end and entity.start < end for start, end in taken)
    ]
    return sorted([*urls, *others], key=lambda entity: entity.start)


def canonical_topic(tag: str) -> str:
    """The one form of a topic: compatibility forms, case and invisible signs make no other topic.

    "" for what is no topic. Source: Unicode toNFKC_Casefold (UAX #44).
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", tag).casefold())
    kept = "".join(character for character in folded if not _is_ignorable(character))
    plausible = all(_in_tag(character) for character in kept) and any(map(_is_letter, kept))
    return kept if plausible and len(kept) <= TAG_CHARACTERS_MAX else ""


def _weight(text: str) -> int:
    """Hundredths of a character, for text without URLs."""
    without_emoji, emoji = _EMOJI.subn("", text)
    return emoji * DEFAULT_WEIGHT + sum(map(_character_weight, without_emoji))


def _character_weight(character: str) -> int:
    code = ord(character)
    light = any(first <= code <= last for first, last in LIGHT_RANGES)
    return LIGHT_WEIGHT if light else DEFAULT_WEIGHT


def _address(url: str) -> str:
    return url if re.match("https?://", url, re.IGNORECASE) else f"https://{url}"


def _mentions(text: str) -> Iterator[Entity]:
    for found in _MENTION.finditer(text):
        yield Entity(EntityKind.MENTION, *found.span(), found[1])


def _topics(text: str) -> Iterator[Entity]:
    for sign in re.finditer(f"[{_HASH}]", text):
        start, end = sign.start(), sign.end()
        while end < len(text) and _in_tag(text[end]):
            end += 1
        # U+FE0F or U+20E3 right after the sign make it the keycap emoji.
        if text[sign.end() : sign.end() + 1] in ("\ufe0f", "\u20e3") or not _stands_free(
            text, start, end
        ):
            continue
        topic = canonical_topic(text[sign.end() : end])
        if topic:
            yield Entity(EntityKind.TOPIC, start, end, topic)


def _stands_free(text: str, start: int, end: int) -> bool:
    """Nothing before it that it would be a part of (a&#b), no sign or address after it."""
    before, after = text[start - 1 : start], text[end : end + 3]
    if before and (before == "&" or _in_tag(before) or before in _HASH):
        return False
    return not (after and (after[0] in _HASH or after == "://"))


def _in_tag(character: str) -> bool:
    return (
        _is_letter(character) or unicodedata.category(character) == "Nd" or character in _TAG_SIGNS
    )


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM"


def _is_ignorable(character: str) -> bool:
    """Format characters and variation selectors: NFKC_Casefold takes them away."""
    return unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f"


def _shows_nothing(text: str) -> bool:
    return all(
        character in _LOOKS_EMPTY or unicodedata.category(character)[0] in "ZC" or character == "\n"
        for character in text
    )


def _check_number(found: list[Entity], kind: EntityKind, most: int) -> None:
    if len({entity.value.casefold() for entity in found if entity.kind == kind}) <= most:
        return
    if kind == EntityKind.TOPIC:
        raise BadText(_("A post may have up to %(most)s topics.") % {"most": most})
    raise BadText(_("A post may name up to %(most)s people.") % {"most": most})
