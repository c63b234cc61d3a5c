"""Arrays for PostgreSQL, each as one text that its array type reads.

A list that the driver adapts becomes ARRAY[...]: an expression with a node for every element,
which costs both sides several times what the rows themselves do. In a batch of a thousand rows
and ten columns that is most of the time; one literal is read by C code in one go.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime


def integers(values: Iterable[int]) -> str:
    """For `%s::bigint[]`."""
    return "{" + ",".join(map(str, values)) + "}"


def optional_integers(values: Iterable[int | None]) -> str:
    """The same, where None is NULL."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def texts(values: Sequence[str]) -> str:
    """For `%s::text[]`, whatever is in them. A NUL byte is refused by the driver as ever."""
    escaped = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return '{"' + '","'.join(escaped) + '"}' if values else "{}"


def words(values: Iterable[str]) -> str:
    """For `%s::text[]` of texts that need no quotes: identifiers, hexadecimal digits, states.

    Nothing that a person typed, and nothing empty.
    """
    return "{" + ",".join(values) + "}"


def flags(values: Iterable[object]) -> str:
    """For `%s::boolean[]`: whether each is true."""
    return "{" + ",".join("t" if value else "f" for value in values) + "}"


def moments(values: Iterable[datetime | None]) -> str:
    """For `%s::timestamptz[]`: aware times, None is NULL."""
    return "{" + ",".join("NULL" if value is None else value.isoformat() for value in values) + "}"
