"""Tags of accounts: what every page of the frame may ask."""

from django import template
from django.template import Context

from accounts import development, selectors
from accounts.development import LoginHint
from accounts.models import User

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_count(context: Context) -> int:
    """How much news the person has not seen; 0 for nobody in particular."""
    request = context.get("request")
    user = getattr(request, "user", None)
    return selectors.unread_count(user.profile) if isinstance(user, User) else 0


@register.simple_tag
def login_hints() -> list[LoginHint]:
    """The demo logins, in development only."""
    return development.login_hints()
