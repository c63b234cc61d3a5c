"""Words and pieces of the line-up: moments in notices, the reminder's button."""

from datetime import datetime
from typing import Any

from django import template

from flashsale.sale_page import SalePage
from flashsale.services import reminders

register = template.Library()


@register.filter
def as_moment(text: str) -> datetime:
    """What a notice keeps as text is a moment again."""
    return datetime.fromisoformat(text)


@register.inclusion_tag("flashsale/line_up/_reminder.html", takes_context=True)
def reminder(context: template.RequestContext, page: SalePage) -> dict[str, Any]:
    """The button on a sale's page. One query where somebody is logged in."""
    person, sale = page.viewer, page.sale
    asked = person is not None and reminders.has_asked(sale_id=sale.id, person=person)
    return {"request": context.get("request"), "sale": sale, "person": person, "asked": asked}
