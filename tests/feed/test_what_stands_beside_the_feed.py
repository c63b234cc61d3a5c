"""Beside the feed stand topics that many talk about and people whom one does not follow yet."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.services import blocks, follows
from feed import beside
from feed.cards import CardRef
from feed.services import bulk, moderation, posts
from feed.services.bulk import NewPost
from socialcommerce.lib import clock
from tests.factories.accounts import ProfileFactory


def say(person: User, text: str, *, hours: float = 1) -> int:
    at = clock.now() - timedelta(hours=hours)
    return posts.publish(author=person.profile, text=text, now=at).pk


def test_a_topic_counts_people_not_posts(alice: User, bob: User) -> None:
    for number in range(3):
        say(alice, f"Number {number} #loud")
    say(alice, "Once #shared")
    say(bob, "Twice #shared")
    assert [(topic.tag, topic.people) for topic in beside.hot_topics(now=clock.now())] == [
        ("shared", 2),
        ("loud", 1),
    ]


def test_old_and_hidden_posts_weigh_nothing(alice: User) -> None:
    say(alice, "Long ago #old", hours=24 * 5)
    hidden = say(alice, "Not for anybody #hidden")
    moderation.hide(post_id=hidden, reason="against the rules", now=clock.now())
    assert beside.hot_topics(now=clock.now()) == []


def test_posts_that_bring_a_reservation_make_no_topic_hot(alice: User, bob: User) -> None:
    now, card = clock.now(), CardRef("sale", 1)
    rows = [
        NewPost(person.profile.pk, "I am in #lamp", card=card, idempotency_key="sale:1")
        for person in (alice, bob)
    ]
    bulk.publish_many(rows, now=now)
    say(alice, "By myself #chair")
    assert [topic.tag for topic in beside.hot_topics(now=now)] == ["chair"]


def test_whom_one_follows_or_blocks_is_not_proposed(alice: User, bob: User, mallory: User) -> None:
    known, blocked, fresh = ProfileFactory(), ProfileFactory(), ProfileFactory()
    now = clock.now()
    for profile in (known, blocked, fresh):
        follows.follow(follower=bob.profile, followed=profile, now=now)
    follows.follow(follower=alice.profile, followed=known, now=now)
    blocks.block(blocker=alice.profile, blocked=blocked, now=now)
    assert [row.profile for row in beside.worth_following(alice.profile)] == [fresh]


def test_nobody_is_proposed_to_themselves(alice: User, bob: User) -> None:
    follows.follow(follower=bob.profile, followed=alice.profile, now=clock.now())
    assert beside.worth_following(alice.profile) == []


def test_it_stands_on_the_page_with_a_button(
    alice: User, bob: User, mallory: User, client_of: Callable[[User], Client]
) -> None:
    follows.follow(follower=mallory.profile, followed=bob.profile, now=clock.now())
    say(bob, "Have you seen this? #plaza")
    page = client_of(alice).get("/explore/").content.decode()
    assert "Worth following" in page
    assert "/profiles/bob/follow/" in page
    assert "Talked about" in page
    assert "/topics/plaza/" in page


def test_a_warm_ranking_costs_one_page_the_same_for_one_and_for_many(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    follower = ProfileFactory()
    for _ in range(10):
        follows.follow(follower=follower, followed=ProfileFactory(), now=clock.now())
    cache.clear()
    beside.worth_following(alice.profile)
    with django_assert_num_queries(3):
        assert len(beside.worth_following(alice.profile)) == beside.PEOPLE


@pytest.mark.django_db
def test_an_empty_site_shows_no_empty_frames(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "Talked about" not in page
    assert "Worth following" not in page
