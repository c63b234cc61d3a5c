"""Who calls."""

from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from accounts.models import Profile, User


def person_of(request: Request) -> User:
    """The person behind the request; `person_of(request).profile` is there. Raises 401."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def viewer_of(request: Request) -> Profile | None:
    """The profile that looks; None for somebody who is not logged in."""
    return request.user.profile if isinstance(request.user, User) else None
