"""Words and pieces of the line-up: moments in notices, the reminder's button."""

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings

from flashsale.pages.sale_page import SalePage
from flashsale.services.line_up import reminders

register = template.Library()


@register.filter
def as_moment(text: str) -> datetime:
    """What a notice keeps as text is a moment again."""
    return datetime.fromisoformat(text)


@register.inclusion_tag("flashsale/line_up/_reminder.html")
def reminder(page: SalePage) -> dict[str, Any]:
    """The button on a sale's page. One query where somebody is logged in."""
    person, sale = page.viewer, page.sale
    asked = person is not None and reminders.has_asked(sale_id=sale.id, person=person)
    return {"sale_id": sale.id, "person": person, "asked": asked}


@register.simple_tag
def reminder_minutes() -> int:
    """How long before the start people are reminded."""
    minutes: int = settings.LINE_UP_REMIND_MINUTES
    return minutes
