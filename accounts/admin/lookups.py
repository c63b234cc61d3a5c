"""What the address of a list may ask: what its filters offer, and nothing else.

Django lets `?password__startswith=` and `?name__regex=` through for every field of the row
itself: answered often enough, the first spells out a hash and the second holds a connection.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest

ASKED = frozenset(["exact", "in", "isnull", "isempty", "gte", "lt"])  # what filters write
KEYS = ("id", "pk")


def is_offered(list_filter: Sequence[Any], lookup: str) -> bool:
    """Whether one of these filters, or a link to single rows, asks by this lookup."""
    return any(_asks(name, lookup) for name in (*KEYS, *map(_name, list_filter)))


class PlainRequests:
    """Mixed into the model admins of both sites, left of unfold's class."""

    model: Any
    list_filter: Any

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """No asking through the address for what no filter offers."""
        if not is_offered(self.list_filter, lookup):
            return False
        return bool(super().lookup_allowed(lookup, value, request))  # type: ignore[misc]

    def response_action(self, request: HttpRequest, queryset: Any) -> Any:
        """Rows are ticked by their keys: anything else was not sent by our page."""
        try:
            for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.model._meta.pk.to_python(key)  # noqa: SLF001  what the query would do
        except ValidationError:
            raise BadRequest("A ticked row has no such key.") from None
        return super().response_action(request, queryset)  # type: ignore[misc]


def _name(one: Any) -> str:
    """The field a filter is about, or the parameter of a filter that is about none."""
    if isinstance(one, tuple | list):
        return str(one[0])
    return one if isinstance(one, str) else str(one.parameter_name)


def _asks(name: str, lookup: str) -> bool:
    if lookup == name:
        return True
    if not lookup.startswith(f"{name}__"):
        return False
    rest = lookup.removeprefix(f"{name}__").split("__")
    if rest[0] in KEYS:  # a filter by a related row names its key
        rest = rest[1:]
    return not rest or (len(rest) == 1 and rest[0] in ASKED)
