"""Following: rows, counters and news change together, once."""

import pytest
from django.test import Client

from accounts import events
from accounts.models import Block, Follow, Notification, User
from accounts.services import blocks, follows, people
from socialcommerce.lib import clock

FOLLOW, UNFOLLOW = "/profiles/bob/follow/", "/profiles/bob/unfollow/"


def counts(*people_: User) -> list[tuple[int, int]]:
    for person in people_:
        person.profile.refresh_from_db()
    return [(one.profile.following_count, one.profile.follower_count) for one in people_]


def test_a_person_follows_and_the_counters_agree(alice: User, bob: User, client_of) -> None:
    response = client_of(alice).post(FOLLOW)

    assert response.status_code == 303
    assert response["Location"] == "/@bob/"
    assert counts(alice, bob) == [(1, 0), (0, 1)]
    assert Notification.objects.get().recipient == bob.profile


def test_following_twice_counts_once(alice: User, bob: User, client_of) -> None:
    browser = client_of(alice)
    browser.post(FOLLOW)
    browser.post(FOLLOW)

    assert counts(alice, bob) == [(1, 0), (0, 1)]
    assert Notification.objects.count() == 1


def test_unfollowing_twice_counts_once(alice: User, bob: User, client_of) -> None:
    browser = client_of(alice)
    browser.post(FOLLOW)
    browser.post(UNFOLLOW)
    browser.post(UNFOLLOW)

    assert counts(alice, bob) == [(0, 0), (0, 0)]


def test_htmx_gets_the_button_back(alice: User, bob: User, client_of) -> None:
    response = client_of(alice).post(FOLLOW, headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert b'aria-pressed="true"' in response.content
    assert b"/profiles/bob/unfollow/" in response.content
    assert b"<html" not in response.content


def test_the_person_returns_to_the_page_of_the_button(alice: User, bob: User, client_of) -> None:
    browser = client_of(alice)
    here = "http://testserver/explore/?cursor=abc"

    came_back = browser.post(FOLLOW, headers={"Referer": here})
    elsewhere = browser.post(FOLLOW, {"next": "//evil.example/"})

    assert came_back["Location"] == "/explore/?cursor=abc"
    assert elsewhere["Location"] == "/@bob/"


@pytest.mark.parametrize("act", ["follow", "unfollow", "block", "unblock"])
def test_a_stranger_is_sent_to_the_login(bob: User, client: Client, act: str) -> None:
    response = client.post(f"/profiles/bob/{act}/", headers={"Referer": "http://testserver/@bob/"})

    assert response.status_code == 303
    assert response["Location"] == "/accounts/login/?next=/%40bob/"


def test_htmx_sends_a_stranger_to_the_login_as_a_whole(bob: User, client: Client) -> None:
    response = client.post(FOLLOW, headers={"HX-Request": "true"})

    assert response["HX-Redirect"].startswith("/accounts/login/")


@pytest.mark.parametrize("act", ["follow", "unfollow", "block", "unblock"])
def test_an_act_takes_a_post_only(alice: User, bob: User, client_of, act: str) -> None:
    assert client_of(alice).get(f"/profiles/bob/{act}/").status_code == 405


@pytest.mark.parametrize("act", ["follow", "unfollow", "block", "unblock"])
@pytest.mark.parametrize("handle", ["nobody", "a%20b", "x" * 300])
def test_an_unknown_handle_is_not_found(alice: User, client_of, act: str, handle: str) -> None:
    assert client_of(alice).post(f"/profiles/{handle}/{act}/").status_code == 404


@pytest.mark.parametrize("act", ["follow", "block"])
def test_oneself_is_refused_plainly(alice: User, client_of, act: str) -> None:
    response = client_of(alice).post(f"/profiles/alice/{act}/")

    assert response.status_code == 422
    assert b"yourself" in response.content


def test_somebody_closed_is_not_found(alice: User, bob: User, client_of) -> None:
    people.deactivate(user=bob)

    assert client_of(alice).post(FOLLOW).status_code == 404


def test_blocking_ends_following_both_ways(alice: User, bob: User, client_of) -> None:
    follows.follow(follower=alice.profile, followed=bob.profile, now=clock.now())
    follows.follow(follower=bob.profile, followed=alice.profile, now=clock.now())

    client_of(bob).post("/profiles/alice/block/")

    assert not Follow.objects.exists()
    assert counts(alice, bob) == [(0, 0), (0, 0)]


def test_blocking_twice_is_blocking_once(alice: User, bob: User, client_of) -> None:
    browser = client_of(bob)
    browser.post("/profiles/alice/block/")
    browser.post("/profiles/alice/block/")

    assert Block.objects.count() == 1


@pytest.mark.parametrize("blocker", ["alice", "bob"])
def test_nobody_follows_across_a_block(alice: User, bob: User, client_of, blocker: str) -> None:
    one, other = (alice, bob) if blocker == "alice" else (bob, alice)
    blocks.block(blocker=one.profile, blocked=other.profile, now=clock.now())

    response = client_of(alice).post(FOLLOW)

    assert response.status_code == 403
    assert not Follow.objects.exists()


def test_unblocking_lets_follow_again(alice: User, bob: User, client_of) -> None:
    blocks.block(blocker=alice.profile, blocked=bob.profile, now=clock.now())
    browser = client_of(alice)
    browser.post("/profiles/bob/unblock/")
    browser.post(FOLLOW)

    assert Follow.objects.exists()


def test_the_apps_above_hear_of_it_once(alice: User, bob: User) -> None:
    heard: list[str] = []

    def hear(sender: type, **facts: object) -> None:
        heard.append(sender.__name__)

    events.followed.connect(hear)
    events.blocked.connect(hear)
    try:
        for _ in range(2):
            follows.follow(follower=alice.profile, followed=bob.profile, now=clock.now())
        for _ in range(2):
            blocks.block(blocker=alice.profile, blocked=bob.profile, now=clock.now())
    finally:
        events.followed.disconnect(hear)
        events.blocked.disconnect(hear)

    assert heard == ["Follow", "Block"]
