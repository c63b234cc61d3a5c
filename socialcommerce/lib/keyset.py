"""Pages by key, never by OFFSET: the next page starts after the last row of this one."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldError, ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from socialcommerce.lib.problems import Problem

M = TypeVar("M", bound=Model)
SIZE_MAX = 100


class BadCursor(Problem):
    code = "bad-cursor"
    status = 400
    title = _("That page marker is not one of ours")


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Rows of one page and the cursor of the next, None at the end."""

    items: list[M]
    next_cursor: str | None


def page(
    queryset: "QuerySet[M]",
    *,
    cursor: str | None,
    size: int,
    order: Sequence[str] = ("-created_at", "-id"),
) -> Page[M]:
    """At most `size` rows (1 to 100) after the cursor, in `order`; the last key is unique.

    All keys run in one direction or the other, each with its own sign. One query.
    Raises BadCursor for anything that `page` did not hand out for this order.
    """
    size = max(1, min(size, SIZE_MAX))
    rows = queryset.order_by(*order)
    if cursor:
        rows = _after(rows, decode(cursor, len(order)), order)
    items = list(rows[: size + 1])
    more = len(items) > size
    items = items[:size]
    return Page(items, encode(_values(items[-1], order)) if more else None)


def _after(rows: "QuerySet[M]", values: list[Any], order: Sequence[str]) -> "QuerySet[M]":
    condition, equal = Q(), Q()
    for key, value in zip(order, values, strict=True):
        name = key.lstrip("-")
        step = "lt" if key.startswith("-") else "gt"
        condition |= equal & Q(**{f"{name}__{step}": value})
        equal &= Q(**{name: value})
    try:
        return rows.filter(condition)
    except (FieldError, ValidationError, ValueError, TypeError, OverflowError):
        raise BadCursor from None


def encode(values: Sequence[Any]) -> str:
    """The cursor that `decode` reads these texts and whole numbers from."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _values(row: Model, order: Sequence[str]) -> list[Any]:
    return [_value(row, key.lstrip("-")) for key in order]


def _value(row: Model, path: str) -> Any:
    value: Any = row
    for name in path.split("__"):
        value = getattr(value, name)
    return value.isoformat() if isinstance(value, datetime) else value


def decode(cursor: str, keys: int) -> list[Any]:
    """So many texts and whole numbers; which of them is which, the caller checks. Raises
    BadCursor.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.urlsafe_b64decode(padded.encode("ascii", "strict")))
    except (ValueError, binascii.Error, UnicodeError, RecursionError):
        raise BadCursor from None
    if not isinstance(values, list) or len(values) != keys:
        raise BadCursor
    if not all(_plausible(value) for value in values):
        raise BadCursor
    return values


def _plausible(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return isinstance(value, str) and len(value) <= 200 and "\0" not in value
