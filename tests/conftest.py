"""The fixed cast and what every test may lean on.

alice and bob know each other; mallory is up to no good. All have confirmed their address.
"""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from accounts.services import people
from socialcommerce.lib import clock, redis
from tests.money import books_balance
from tests.openid.fixture import shopmall, signing_keys
from tests.payments.sandbox_fixture import stripe_sandbox, stripe_sandbox_server

__all__ = ["books_balance", "shopmall", "signing_keys", "stripe_sandbox", "stripe_sandbox_server"]

PASSWORD = "correct-horse-battery"


def _person(name: str) -> User:
    return people.register(
        email=f"{name.lower()}@example.com",
        password=PASSWORD,
        handle=name.lower(),
        name=name,
        now=clock.now(),
        email_verified=True,
    )


@pytest.fixture
def alice(db: None) -> User:
    return _person("Alice")


@pytest.fixture
def bob(db: None) -> User:
    return _person("Bob")


@pytest.fixture
def mallory(db: None) -> User:
    return _person("Mallory")


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A browser in which that person is logged in."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return log_in


@pytest.fixture(autouse=True)
def empty_redis() -> None:
    """Each test starts with an empty cache and an empty gate of its own worker."""
    redis.cache().flushdb()
    redis.gate().flushdb()
    cache.clear()
