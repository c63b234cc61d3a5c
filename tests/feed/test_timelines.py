"""What stands where, for whom, and at what cost."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Follow, Profile, User
from accounts.services import blocks, follows
from feed import selectors
from feed.cards import CardRef
from feed.models import Post
from feed.selectors import Timeline
from feed.services import likes, moderation, posts, reposts
from socialcommerce.lib import clock
from tests.factories.feed import many_posts, post_of

from .conftest import Shelf

ClientOf = Callable[[User], Client]
PAGES = ("/", "/explore/", "/explore/?sort=hot", "/@bob/", "/@bob/?tab=replies", "/topics/plaza/")


def texts(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def test_home_shows_those_one_follows_and_oneself(
    alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    follows.follow(follower=alice.profile, followed=bob.profile, now=clock.now())
    for person in (alice, bob, mallory):
        post_of(person.profile, f"by {person.profile.handle}")
    page = texts(client_of(alice).get("/"))
    assert "by alice" in page
    assert "by bob" in page
    assert "by mallory" not in page


def test_home_invites_a_stranger_and_shows_everybody(client: Client, bob: User) -> None:
    post_of(bob.profile, "hello world")
    answer = client.get("/")
    assert answer.status_code == 200
    assert "hello world" in texts(answer)
    assert "/accounts/signup/" in texts(answer)


def test_a_repost_stands_once_and_goes_with_its_original(
    alice: User, bob: User, client: Client
) -> None:
    original = post_of(bob.profile, "worth sharing")
    reposts.repost(author=alice.profile, post_id=original.pk, now=clock.now())
    assert "worth sharing" in texts(client.get("/@alice/"))
    posts.delete(post_id=original.pk, actor_ids={bob.profile.pk}, now=clock.now())
    assert "worth sharing" not in texts(client.get("/@alice/"))


def test_tabs_of_a_profile_part_posts_from_replies(alice: User, bob: User, client: Client) -> None:
    parent = post_of(alice.profile, "question")
    post_of(bob.profile, "my answer", in_reply_to=parent)
    assert "my answer" not in texts(client.get("/@bob/"))
    assert "my answer" in texts(client.get("/@bob/?tab=replies"))
    assert "my answer" not in texts(client.get("/@bob/?tab=pictures"))
    assert client.get("/@bob/?tab=other").status_code == 404


def test_a_topic_has_one_address(bob: User, client: Client) -> None:
    post_of(bob.profile, "about #Straße")
    answer = client.get("/topics/" + quote("STRASSE") + "/")
    assert (answer.status_code, answer["Location"]) == (302, "/topics/strasse/")
    assert "about" in texts(client.get("/topics/strasse/"))
    assert client.get("/topics/123/").status_code == 404
    assert client.get("/topics/nobody/").status_code == 200


def test_hot_puts_first_what_people_did_most_with(alice: User, bob: User, client: Client) -> None:
    older = post_of(bob.profile, "much liked", now=clock.now() - timedelta(hours=2))
    post_of(bob.profile, "brand new")
    likes.like(profile=alice.profile, post_id=older.pk, now=clock.now())
    page = texts(client.get("/explore/?sort=hot"))
    assert page.index("much liked") < page.index("brand new")
    latest = texts(client.get("/explore/"))
    assert latest.index("brand new") < latest.index("much liked")


@pytest.mark.parametrize("way", ["deleted", "hidden", "blocks", "blocked", "deactivated"])
def test_what_is_not_for_the_viewer_is_behind_no_door(
    alice: User, bob: User, client_of: ClientOf, way: str
) -> None:
    follows.follow(follower=alice.profile, followed=bob.profile, now=clock.now())
    parent = post_of(alice.profile, "parent")
    post = post_of(bob.profile, "SECRET #plaza @alice", in_reply_to=None)
    answer = post_of(bob.profile, "SECRET answer", in_reply_to=parent)
    doors = [*PAGES, f"/posts/{post.pk}/", f"/posts/{answer.pk}/", f"/posts/{parent.pk}/"]
    doors += [f"/reports/post/{post.pk}/", "/api/v1/timelines/home", "/api/v1/timelines/explore"]
    doors += [f"/api/v1/posts/{post.pk}", "/api/v1/timelines/topics/plaza"]
    doors += ["/api/v1/timelines/profiles/bob/posts", f"/api/v1/posts/{parent.pk}/replies"]
    client = client_of(alice)
    assert any("SECRET" in texts(client.get(door)) for door in doors)
    _take_away(way, alice, bob, [post, answer])
    for door in doors:
        assert "SECRET" not in texts(client.get(door)), door
    acts = ("like", "repost")
    assert {client.post(f"/posts/{post.pk}/{act}/").status_code for act in acts} == {404}
    reply = {"text": "but", "key": "k", "in_reply_to": post.pk}
    assert client.post("/compose/", reply).status_code == 404


def _take_away(way: str, alice: User, bob: User, hidden: list[Post]) -> None:
    now = clock.now()
    if way == "blocks":
        blocks.block(blocker=alice.profile, blocked=bob.profile, now=now)
    elif way == "blocked":
        blocks.block(blocker=bob.profile, blocked=alice.profile, now=now)
    elif way == "deactivated":
        User.objects.filter(pk=bob.pk).update(is_active=False)
    for post in hidden:
        if way == "deleted":
            posts.delete(post_id=post.pk, actor_ids={bob.profile.pk}, now=now)
        elif way == "hidden":
            moderation.hide(post_id=post.pk, reason="Not allowed here", now=now)


def test_pages_follow_each_other_without_gap_or_repeat(bob: User) -> None:
    made = many_posts(bob.profile, 45)
    seen: list[int] = []
    cursor: str | None = None
    while True:
        found = selectors.timeline(selectors.explore(None), viewer=None, cursor=cursor)
        seen += [view.post.pk for view in found.posts]
        cursor = found.next_cursor
        if cursor is None:
            break
    assert seen == [post.pk for post in reversed(made)]


def test_show_more_brings_rows_alone_and_works_as_a_link(bob: User, client: Client) -> None:
    many_posts(bob.profile, 25)
    first = client.get("/explore/")
    assert "?cursor=" in texts(first)
    cursor = selectors.timeline(selectors.explore(None), viewer=None, cursor=None).next_cursor
    rows = client.get("/explore/", {"cursor": cursor}, headers={"HX-Request": "true"})
    page = client.get("/explore/", {"cursor": cursor})
    assert "<html" not in texts(rows)
    assert "<html" in texts(page)
    for answer in (rows, page):
        assert texts(answer).count('<article class="post') == 5


@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsMl0", "%00", "é", "eyJhIjoxfQ", "A" * 5_000])
def test_a_tampered_cursor_is_refused(alice: User, client_of: ClientOf, cursor: str) -> None:
    post = post_of(alice.profile)
    client = client_of(alice)
    for page in ("/", "/explore/", "/@alice/", f"/posts/{post.pk}/", "/api/v1/timelines/home"):
        assert client.get(page, {"cursor": cursor}).status_code == 400, page


@pytest.mark.parametrize("number", ["0", "9" * 30])
def test_impossible_numbers_are_not_found(alice: User, client_of: ClientOf, number: str) -> None:
    client = client_of(alice)
    assert client.get(f"/posts/{number}/").status_code == 404
    assert client.post(f"/posts/{number}/like/").status_code == 404
    assert client.get(f"/reports/post/{number}/").status_code == 404
    assert client.get(f"/api/v1/posts/{number}").status_code == 404


def _world(alice: User, number: int) -> None:
    """`number` authors whom alice follows, each with posts, replies, cards and mentions."""
    for place in range(number):
        author = Profile.objects.create(
            kind="store", handle=f"store_{place}", name=f"Store {place}", created_at=clock.now()
        )
        Follow.objects.create(follower=alice.profile, followed=author, created_at=clock.now())
        card = CardRef("thing", place % 3 + 1)
        first, *_rest = many_posts(author, 2, text="@alice #plaza", card=card)
        many_posts(author, 1, text="me too", in_reply_to_id=first.pk)


def _page(page: str, viewer: Profile, root: Post) -> Timeline:
    if page == "home":
        return selectors.home(viewer, cursor=None, size=100)
    chosen = {
        "explore": selectors.explore(viewer),
        "topic": selectors.topic("plaza", viewer),
        "profile": selectors.of_profile(root.author, "posts", viewer),
    }[page]
    return selectors.timeline(chosen, viewer=viewer, cursor=None, size=100)


@pytest.mark.parametrize("page", ["home", "explore", "topic", "profile", "thread"])
def test_a_page_costs_the_same_for_one_and_for_a_hundred(
    alice: User, shelf: Shelf, page: str
) -> None:
    def cost() -> int:
        viewer = User.objects.get(pk=alice.pk).profile
        root = Post.objects.filter(kind="post").order_by("pk").first()
        assert root is not None
        with CaptureQueriesContext(connection) as captured:
            if page == "thread":
                shown = selectors.thread(root.pk, viewer=viewer, cursor=None).replies
            else:
                shown = _page(page, viewer, root)
            assert shown.posts
        return len(captured)

    _world(alice, 1)
    few = cost()
    Profile.objects.filter(handle="store_0").update(handle="store_x")
    _world(alice, 40)
    author = Profile.objects.get(handle="store_x")
    root = Post.objects.filter(author=author).order_by("pk").first()
    assert root is not None
    many_posts(author, 100, text="@alice #plaza", card=CardRef("thing", 2))
    many_posts(author, 100, text="answer @alice", in_reply_to_id=root.pk)
    assert cost() == few


def test_cards_are_loaded_once_a_page(alice: User, shelf: Shelf) -> None:
    many_posts(alice.profile, 10, card=CardRef("thing", 1))
    many_posts(alice.profile, 10, card=CardRef("thing", 9))
    shelf.asked.clear()
    shown = selectors.timeline(selectors.explore(None), viewer=None, cursor=None).posts
    assert shelf.asked == [[1, 9]]
    assert {view.card is not None and view.card.card is not None for view in shown} == {True, False}


def test_posts_with_a_card_are_found(alice: User, shelf: Shelf) -> None:
    post = post_of(alice.profile, "look", card=CardRef("thing", 2))
    post_of(alice.profile, "other", card=CardRef("thing", 3))
    found = selectors.posts_with_card("thing", 2, None, 5)
    assert [view.post for view in found] == [post]


def test_the_pill_counts_what_is_new_and_not_ones_own(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    since = clock.now() - timedelta(minutes=1)
    follows.follow(follower=alice.profile, followed=bob.profile, now=since)
    post_of(alice.profile, "mine")
    post_of(bob.profile, "one")
    post_of(bob.profile, "two")
    answer = client_of(alice).get("/timeline/new", {"timeline": "home", "since": since.isoformat()})
    assert "2 new posts" in texts(answer)


def test_the_pill_is_counted_once_in_ten_seconds(bob: User, client: Client) -> None:
    post_of(bob.profile, "one")
    asked = {"timeline": "explore", "since": (clock.now() - timedelta(minutes=1)).isoformat()}
    assert "1 new post" in texts(client.get("/timeline/new", asked))
    post_of(bob.profile, "two")
    with CaptureQueriesContext(connection) as captured:
        assert "1 new post" in texts(client.get("/timeline/new", asked))
    assert len(captured) == 0


@pytest.mark.parametrize(
    "since", ["", "yesterday", "2026-13-45T00:00:00Z", "2026-01-01T00:00:00", "\0"]
)
def test_the_pill_wants_a_moment(client: Client, db: None, since: str) -> None:
    assert client.get("/timeline/new", {"since": since}).status_code == 400


def test_pages_take_no_other_method(alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    for page in ("/", "/explore/", "/@alice/", "/topics/plaza/", "/timeline/new"):
        assert client.post(page).status_code == 405, page


def test_nobody_and_who_blocked_me_look_the_same(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    blocks.block(blocker=bob.profile, blocked=alice.profile, now=clock.now())
    client = client_of(alice)
    assert client.get("/@bob/").status_code == client.get("/@nobody_here/").status_code == 404
    assert client_of(bob).get("/@alice/").status_code == 200


@pytest.mark.parametrize(
    "since", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2999-01-01T00:00:00Z"]
)
def test_a_moment_at_the_end_of_time_is_as_good_as_any(
    client: Client, db: None, since: str
) -> None:
    assert client.get("/timeline/new", {"since": since}).status_code == 200
