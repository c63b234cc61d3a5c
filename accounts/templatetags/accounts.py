"""Tags of accounts: what every page of the frame may ask."""

from django import template
from django.template import Context

from accounts import countries, development, selectors
from accounts.development import LoginHint
from accounts.models import User

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_count(context: Context) -> int:
    """How much news the person has not seen; 0 for nobody in particular.

    The frame shows it in two places: the number is kept on the request. Whoever has counted
    already has left it there.
    """
    request = context.get("request")
    known: int | None = getattr(request, "unread_count", None)
    user = getattr(request, "user", None)
    if known is None and request is not None and isinstance(user, User):
        known = request.unread_count = selectors.unread_count(user.profile)
    return known or 0


@register.simple_tag
def login_hints() -> list[LoginHint]:
    """The demo logins, in development only."""
    return development.login_hints()


@register.filter
def country_name(code: str) -> str:
    """`{{ address.country|country_name }}`: "Japan" for "JP"."""
    return countries.name(code)
