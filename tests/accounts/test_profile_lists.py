"""Who follows whom, page by page, in a fixed number of queries."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts import selectors
from accounts.models import Follow, User
from accounts.services import blocks, people
from socialcommerce.lib import clock
from tests.factories.accounts import ProfileFactory


def follow_by(count: int, user: User) -> None:
    start = clock.now()
    for number in range(count):
        Follow.objects.create(
            follower=ProfileFactory.create(),
            followed=user.profile,
            created_at=start + timedelta(seconds=number),
        )


def test_the_pages_hold_everybody_once_newest_first(alice: User, client: Client) -> None:
    follow_by(65, alice)
    url, seen = "/profiles/alice/followers/", []
    while url:
        found = client.get(url).context["found"]
        seen += [row.profile.pk for row in found.rows]
        cursor = found.next_cursor
        url = f"/profiles/alice/followers/?cursor={cursor}" if cursor else ""

    newest = Follow.objects.order_by("-created_at").values_list("follower_id", flat=True)
    assert seen == list(newest)


def test_a_page_costs_the_same_for_one_and_for_a_hundred(
    alice: User, bob: User, django_assert_num_queries
) -> None:
    follow_by(1, alice)
    for _ in range(2):
        with django_assert_num_queries(3):
            selectors.followers(alice.profile, viewer=bob.profile, cursor=None, size=100)
        follow_by(99, alice)


def test_whom_the_viewer_must_not_see_is_left_out(alice: User, bob: User, mallory: User) -> None:
    for one in (bob, mallory):
        Follow.objects.create(follower=one.profile, followed=alice.profile, created_at=clock.now())
    closed = ProfileFactory.create()
    Follow.objects.create(follower=closed, followed=alice.profile, created_at=clock.now())
    people.deactivate(user=closed.user)
    blocks.block(blocker=mallory.profile, blocked=bob.profile, now=clock.now())

    found = selectors.followers(alice.profile, viewer=bob.profile, cursor=None, size=10)

    assert [row.profile for row in found.rows] == [bob.profile]


def test_the_relation_says_both_directions(alice: User, bob: User) -> None:
    Follow.objects.create(follower=bob.profile, followed=alice.profile, created_at=clock.now())

    relation = selectors.relation(alice.profile, bob.profile)

    assert relation == selectors.Relation(is_followed_by=True)
    assert selectors.relation(alice.profile, alice.profile) == selectors.Relation(is_self=True)
    assert selectors.relation(None, bob.profile) is None


def test_the_blocked_list_shows_whom_one_blocked_and_nobody_else(
    alice: User, bob: User, mallory: User, client_of
) -> None:
    blocks.block(blocker=alice.profile, blocked=bob.profile, now=clock.now())
    blocks.block(blocker=mallory.profile, blocked=alice.profile, now=clock.now())

    page = client_of(alice).get("/me/blocked/")

    assert [row.profile for row in page.context["found"].rows] == [bob.profile]
    assert b"/profiles/bob/unblock/" in page.content


@pytest.mark.parametrize("url", ["/profiles/alice/followers/", "/profiles/alice/following/"])
def test_a_tampered_cursor_is_refused_plainly(alice: User, client: Client, url: str) -> None:
    assert client.get(url, {"cursor": "garbage"}).status_code == 400


def test_a_list_of_nobody_is_not_found(db: None, client: Client) -> None:
    assert client.get("/profiles/nobody/followers/").status_code == 404
