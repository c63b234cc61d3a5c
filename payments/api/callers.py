"""Who calls."""

from rest_framework.request import Request

from accounts.models import Profile, User


def person_of(request: Request) -> User:
    """The caller; the site's default permission has let nobody else in."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  IsPerson has seen to it
    return user


def profile_of(request: Request) -> Profile:
    return person_of(request).profile
