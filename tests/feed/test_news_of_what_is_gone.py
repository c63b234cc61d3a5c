"""News do not repeat the words of posts that are gone, nor of people one must not see."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import blocks, people
from feed.models import Post
from feed.services import moderation, posts
from socialcommerce.lib import clock
from tests.factories.feed import post_of

ClientOf = Callable[[User], Client]
WORDS = "a secret for @alice"


@pytest.fixture
def mention(alice: User, bob: User) -> Post:
    return post_of(bob.profile, WORDS)


def news(client: Client) -> str:
    page = client.get("/notifications/").content.decode()
    return page + client.get("/api/v1/notifications").content.decode()


def test_the_words_of_a_hidden_post_go_and_come_back(
    mention: Post, alice: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    assert "a secret for" in news(client)

    moderation.hide(post_id=mention.pk, reason="spam", now=clock.now())
    assert "a secret for" not in news(client)

    moderation.show(post_id=mention.pk)
    assert "a secret for" in news(client)


def test_the_words_of_a_deleted_post_go_and_come_back(
    mention: Post, alice: User, bob: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    posts.delete(post_id=mention.pk, actor_ids=[bob.profile.pk], now=clock.now())
    assert "a secret for" not in news(client)

    posts.restore(post_id=mention.pk, actor_ids=[bob.profile.pk], now=clock.now())
    assert "a secret for" in news(client)


def test_who_blocked_or_is_blocked_rings_no_more(
    mention: Post, alice: User, bob: User, client_of: ClientOf
) -> None:
    blocks.block(blocker=alice.profile, blocked=bob.profile, now=clock.now())
    assert "a secret for" not in news(client_of(alice))


def test_who_is_closed_rings_no_more(
    mention: Post, alice: User, bob: User, client_of: ClientOf
) -> None:
    people.deactivate(user=bob)
    assert "a secret for" not in news(client_of(alice))
