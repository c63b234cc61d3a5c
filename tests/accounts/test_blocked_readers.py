"""Who was blocked finds nobody there, on pages and through the API alike."""

import pytest

from accounts.models import User
from accounts.services import blocks
from socialcommerce.lib import clock


@pytest.mark.parametrize(
    "url",
    [
        "/api/v1/profiles/bob",
        "/api/v1/profiles/bob/followers",
        "/api/v1/profiles/bob/following",
        "/profiles/bob/followers/",
        "/profiles/bob/following/",
        "/@bob/",
    ],
)
def test_the_profile_is_not_there_for_whom_it_blocked(
    url: str, alice: User, bob: User, client_of
) -> None:
    client = client_of(alice)
    assert client.get(url).status_code == 200

    blocks.block(blocker=bob.profile, blocked=alice.profile, now=clock.now())

    assert client.get(url).status_code == 404
    assert client_of(bob).get(url).status_code == 200
