"""Help for who tries the site out on their own machine. Says nothing anywhere else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, kw_only=True)
class LoginHint:
    """A login of the demo world; `role` says in a few words what that person can do."""

    email: str
    password: str
    role: str


HintProvider = Callable[[], Sequence[LoginHint]]
_providers: list[HintProvider] = []


def register_login_hints(provider: HintProvider) -> None:
    """`provider` is asked each time the login page is shown in development."""
    _providers.append(provider)


def login_hints() -> list[LoginHint]:
    """Empty outside development, whatever is registered."""
    if not settings.DEVELOPMENT:
        return []
    return [hint for provider in _providers for hint in provider()]
