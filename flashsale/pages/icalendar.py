"""A calendar that other programs subscribe to, written by the rules of RFC 5545."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

LINE_OCTETS_MAX: Final = 75  # section 3.1, without the line break
CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # section 3.3.11: not in a text


@dataclass(frozen=True, slots=True)
class Event:
    """`uid` is the same as long as it is the same event; `stamped_at`, when it was last changed;
    `revision` grows with each change.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime
    stamped_at: datetime
    title: str
    text: str
    url: str
    revision: int = 0
    is_cancelled: bool = False


def write(events: Iterable[Event], *, name: str, product: str) -> bytes:
    """The whole calendar, moments in UTC."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{_text(product)}//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_text(name)}",  # RFC 7986, and what was in use before it
        f"X-WR-CALNAME:{_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        *(line for event in events for line in _event(event)),
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(event.uid)}"
    yield f"DTSTAMP:{_moment(event.stamped_at)}"
    yield f"DTSTART:{_moment(event.starts_at)}"
    yield f"DTEND:{_moment(event.ends_at)}"
    yield f"SEQUENCE:{event.revision}"
    yield f"STATUS:{'CANCELLED' if event.is_cancelled else 'CONFIRMED'}"
    yield f"SUMMARY:{_text(event.title)}"
    if event.text:
        yield f"DESCRIPTION:{_text(event.text)}"
    yield f"URL:{event.url}"
    yield "TRANSP:TRANSPARENT"  # who looks forward to a sale is not busy
    yield "END:VEVENT"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """Section 3.3.11: what would end a value or a line is written otherwise."""
    plain = CONTROLS.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    for sign in ("\\", ";", ","):
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """The line in pieces of at most LINE_OCTETS_MAX octets, no character torn apart."""
    pieces: list[bytes] = [b""]
    for character in line:
        octets = character.encode()
        # Each piece after the first begins with a space, which counts.
        if len(pieces[-1]) + len(octets) + (len(pieces) > 1) > LINE_OCTETS_MAX:
            pieces.append(b"")
        pieces[-1] += octets
    return b"\r\n ".join(pieces) + b"\r\n"
