"""With the cache's Redis away the site goes on: slower, never broken."""

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from tests.conftest import PASSWORD


@pytest.fixture
def away(settings: Settings) -> None:
    """Nobody listens on port 1."""
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    }


@pytest.mark.usefixtures("away")
def test_it_forgets_instead_of_failing() -> None:
    cache.set("key", "value")
    assert cache.get("key", "nothing known") == "nothing known"
    assert cache.get_many(["key"]) == {}
    assert cache.add("key", "value")
    assert not cache.delete("key")
    assert cache.incr("key") == 1
    assert cache.get_or_set("key", lambda: "made") == "made"


@pytest.mark.usefixtures("away")
def test_people_still_log_in_and_read(alice: User) -> None:
    client = Client()
    answer = client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get("/me/").status_code == 200


def test_it_remembers_while_redis_is_there() -> None:
    cache.set("key", "value")
    assert cache.get("key") == "value"
    assert not cache.add("key", "other")
