"""`{% slot "side_column" %}`: what apps above the feed put on its pages."""

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from accounts.models import Profile
from accounts.selectors import viewer_of
from feed import slots
from feed.beside import hot_topics, worth_following
from socialcommerce.lib import clock

register = template.Library()


@register.simple_tag(takes_context=True)
def slot(context: template.RequestContext, name: str, profile: Profile | None = None) -> SafeString:
    """Everything in that slot. `profile`: whose page it is, for `profile_top`."""
    request = context["request"]
    viewer = viewer_of(request.user)
    rendered = [
        render_to_string(item.template, {"viewer": viewer, **item.context}, request=request)
        for item in slots.items(name, profile or viewer)
    ]
    return mark_safe("".join(rendered))  # noqa: S308  templates escaped what is in them


@register.inclusion_tag("feed/_beside.html", takes_context=True)
def beside(context: template.RequestContext) -> dict[str, object]:
    """Topics and people beside the page, for whoever looks at it."""
    request = context["request"]
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "topics": hot_topics(now=clock.now()),
        "rows": worth_following(viewer_of(request.user)),
    }
