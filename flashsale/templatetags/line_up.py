"""Words and pieces of the line-up: moments in notices, the reminder's button."""

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings

from flashsale.pages.sale_page import SalePage
from socialcommerce.lib import shells

register = template.Library()


@register.filter
def as_moment(text: str) -> datetime:
    """What a notice keeps as text is a moment again."""
    return datetime.fromisoformat(text)


@register.inclusion_tag("flashsale/line_up/_reminder.html", takes_context=True)
def reminder(context: template.Context, page: SalePage) -> dict[str, Any]:
    """The button on a sale's page."""
    asked = {"sale_id": page.sale.id, "person": page.viewer, "asked": page.is_reminded}
    return {**asked, shells.GAPS: context.get(shells.GAPS)}


@register.simple_tag
def reminder_minutes() -> int:
    """How long before the start people are reminded."""
    minutes: int = settings.LINE_UP_REMIND_MINUTES
    return minutes
