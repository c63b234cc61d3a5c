"""What an operator changed after people could reserve, on the sale's own page."""

from typing import Any

from django import template

from flashsale.services import acts

register = template.Library()


@register.inclusion_tag("flashsale/_changes.html")
def changes(sale_id: int) -> dict[str, Any]:
    return {"changes": acts.public(sale_id)}
