"""Reads an iCalendar as a strict program would (RFC 5545)."""

import re
from dataclasses import dataclass, field

CONTENT_LINE = re.compile(r"^([A-Z-]+)((?:;[A-Z-]+=[^;:,]+)*):(.*)$", re.DOTALL)
ESCAPES = {"\\\\": "\\", "\\;": ";", "\\,": ",", "\\n": "\n", "\\N": "\n"}
TEXTS = {"SUMMARY", "DESCRIPTION", "UID", "NAME", "X-WR-CALNAME", "PRODID"}


@dataclass
class Component:
    name: str
    values: dict[str, str] = field(default_factory=dict)
    children: list["Component"] = field(default_factory=list)


def read(raw: bytes) -> Component:
    """The one calendar in `raw`; an AssertionError names what breaks the rules."""
    assert raw.endswith(b"\r\n")
    lines = raw[:-2].split(b"\r\n")
    for line in lines:
        assert len(line) <= 75, f"{len(line)} octets: {line!r}"
        assert b"\n" not in line and b"\r" not in line  # noqa: PT018
        line.decode()  # no character is torn apart
    unfolded = raw[:-2].replace(b"\r\n ", b"").decode().split("\r\n")
    return _component(iter(unfolded))


def _component(lines: "object") -> Component:
    root = Component("")
    open_ones = [root]
    for line in lines:  # type: ignore[attr-defined]
        match = CONTENT_LINE.fullmatch(line)
        assert match, f"no content line: {line!r}"
        name, _parameters, value = match.groups()
        if name == "BEGIN":
            inner = Component(value)
            open_ones[-1].children.append(inner)
            open_ones.append(inner)
        elif name == "END":
            assert open_ones.pop().name == value
        else:
            here = open_ones[-1].values
            assert name not in here, f"{name} twice"
            here[name] = _text(value) if name in TEXTS else value
    assert open_ones == [root]
    (calendar,) = root.children
    return calendar


def _text(value: str) -> str:
    bare = re.sub(r"\\[\\;,nN]", "", value)
    assert not re.search(r"[\\;,\x00-\x08\x0b-\x1f\x7f]", bare), f"not escaped: {value!r}"
    return re.sub(r"\\[\\;,nN]", lambda found: ESCAPES[found.group()], value)
