"""Template pieces of the market."""

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from shop.structured_data import as_script

register = template.Library()


@register.filter
def json_ld(data: dict[str, Any]) -> SafeString:
    """The inside of a JSON-LD script element; `as_script` has escaped it."""
    return mark_safe(as_script(data))  # noqa: S308 - every <, > and & is escaped
