"""Who calls."""

from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from accounts.models import User


def person_of(request: Request) -> User:
    """The person behind the request; `person_of(request).profile` is there. Raises 401."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user
