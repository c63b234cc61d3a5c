"""Many posts of one card are one entry in the home of whoever follows their authors."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Profile, User
from accounts.services import blocks, follows
from feed import home, selectors
from feed.cards import CardRef
from feed.models import Post, PostKind
from feed.selectors import PostView
from feed.services import bulk, moderation, posts, reposts
from feed.services.bulk import NewPost
from socialcommerce.lib import clock
from tests.factories.accounts import ProfileFactory
from tests.factories.feed import many_posts, post_of

from .conftest import Shelf

pytestmark = pytest.mark.usefixtures("shelf")
ClientOf = Callable[[User], Client]
THING, OTHER = CardRef("thing", 1), CardRef("thing", 2)
NAMES = ("Ana", "Ben", "Cleo", "Dan", "Eve")


def followed(viewer: Profile, names: Sequence[str]) -> list[Profile]:
    people = [ProfileFactory.create(handle=name.lower(), name=name) for name in names]
    for person in people:
        follows.follow(follower=viewer, followed=person, now=clock.now())
    return people


def say_together(people: Sequence[Profile], card: CardRef = THING, **fields: object) -> list[Post]:
    """One grouped post each, a second apart, the first of `people` last."""
    now = clock.now()
    rows = [
        NewPost(
            author_id=person.pk,
            text="Count me in",
            card=card,
            is_grouped=True,
            created_at=fields.get("at", now - timedelta(seconds=place)),  # type: ignore[arg-type]
        )
        for place, person in enumerate(people)
    ]
    return bulk.publish_many(rows, now=now)


def seen(viewer: Profile) -> list[PostView]:
    return selectors.home(viewer, cursor=None).posts


def test_followers_see_who_and_how_many_in_one_entry(alice: User, client_of: ClientOf) -> None:
    people = followed(alice.profile, NAMES)
    stranger = ProfileFactory.create(name="Stranger")
    say_together([*people, stranger])
    page = client_of(alice).get("/").content.decode()
    assert page.count('<article class="post') == 1
    assert "Count me in" not in page
    assert "Stranger" not in page
    said = page[page.index('id="group-thing-1-by"') :]
    for words in (">Ana<", ">Ben<", "and 3 others you follow have posted this"):
        assert words in said
    assert 'href="/grouped/thing/1/"' in said
    assert "Read the 5 posts" in said


@pytest.mark.parametrize(
    ("number", "words"),
    [(2, "have posted this"), (3, "and 1 other you follow have posted this")],
)
def test_two_are_named_and_the_rest_counted(
    alice: User, client_of: ClientOf, number: int, words: str
) -> None:
    say_together(followed(alice.profile, NAMES[:number]))
    page = client_of(alice).get("/").content.decode()
    assert words in page
    assert ("other" in page[page.index(">Ben<") :][:60]) == (number > 2)


def test_a_single_one_stands_as_the_post_it_is(alice: User, client_of: ClientOf) -> None:
    (post,) = say_together(followed(alice.profile, ["Ana"]))
    assert [(view.entry, view.group) for view in seen(alice.profile)] == [(post, None)]
    assert "Count me in" in client_of(alice).get("/").content.decode()


def test_ones_own_stands_alone_beside_the_others(alice: User) -> None:
    own, *others = say_together([alice.profile, *followed(alice.profile, NAMES[:3])])
    views = seen(alice.profile)
    assert [view.entry for view in views] == [own, others[0]]
    assert views[0].group is None
    assert views[1].group is not None
    assert views[1].group.count == 3


def test_everywhere_else_each_is_a_post(alice: User, client_of: ClientOf, client: Client) -> None:
    people = followed(alice.profile, NAMES)
    made = say_together(people)
    assert "Count me in" in client.get("/@ana/").content.decode()
    assert "Count me in" in client.get(made[0].get_absolute_url()).content.decode()
    assert client.get("/explore/").content.decode().count("Count me in") == 5
    behind = client_of(alice).get("/grouped/thing/1/").content.decode()
    assert behind.count("Count me in") == 5
    assert client_of(alice).get("/grouped/thing/2/").content.decode().count("Count me in") == 0


def test_the_posts_behind_it_are_for_who_is_logged_in(
    alice: User, client_of: ClientOf, client: Client
) -> None:
    assert client.get("/grouped/thing/1/")["Location"].startswith("/accounts/login/")
    assert client_of(alice).post("/grouped/thing/1/").status_code == 405
    assert client_of(alice).get(f"/grouped/thing/{'9' * 30}/").status_code == 200
    assert client_of(alice).get("/grouped/thing/1/?cursor=x").status_code == 400


def test_it_stands_where_its_newest_post_does(alice: User) -> None:
    people, now = followed(alice.profile, NAMES), clock.now()
    say_together(people[:2], at=now - timedelta(minutes=4))
    between = post_of(people[2], "between", now=now - timedelta(minutes=3))
    newest, *_rest = say_together(people[3:], at=now - timedelta(minutes=2))
    last = post_of(people[2], "last", now=now - timedelta(minutes=1))
    newest = max(newest, *_rest, key=lambda post: post.pk)
    assert [view.entry for view in seen(alice.profile)] == [last, newest, between]


@pytest.mark.parametrize("way", ["deleted", "hidden", "blocks", "blocked", "deactivated", "back"])
def test_who_is_not_for_the_viewer_is_not_counted(alice: User, way: str) -> None:
    people = followed(alice.profile, NAMES[:3])
    first, second, _third = say_together(people)
    take_away(way, alice.profile, people[0], first)
    (view,) = seen(alice.profile)
    assert view.group is not None
    assert (view.entry, view.group.count) == (second, 2)
    assert [person.name for person in view.group.people] == ["Ben", "Cleo"]
    behind = selectors.of_group(THING, alice.profile)
    assert set(behind.values_list("author__name", flat=True)) == {"Ben", "Cleo"}


def take_away(way: str, viewer: Profile, author: Profile, post: Post) -> None:
    now = clock.now()
    if way == "blocks":
        blocks.block(blocker=viewer, blocked=author, now=now)
    elif way == "blocked":
        blocks.block(blocker=author, blocked=viewer, now=now)
    elif way == "deactivated":
        User.objects.filter(pk=author.user_id).update(is_active=False)
    elif way == "hidden":
        moderation.hide(post_id=post.pk, reason="Not allowed here", now=now)
    elif way == "deleted":
        posts.delete(post_id=post.pk, actor_ids={author.pk}, now=now)
    else:
        with transaction.atomic():
            bulk.take_back([post.pk], now=now)


def test_what_was_taken_back_stands_alone_if_its_author_restores_it(alice: User) -> None:
    people = followed(alice.profile, NAMES[:3])
    first, *_others = say_together(people)
    take_away("back", alice.profile, people[0], first)
    take_away("back", alice.profile, people[0], first)
    people[0].refresh_from_db()
    assert people[0].post_count == 0
    posts.restore(post_id=first.pk, actor_ids={people[0].pk}, now=clock.now())
    alone, group = seen(alice.profile)
    assert (alone.entry, alone.group) == (first, None)
    assert group.group is not None
    assert group.group.count == 2


def test_a_repost_of_one_of_them_is_an_entry_of_its_own(alice: User) -> None:
    people = followed(alice.profile, NAMES[:3])
    first, *_others = say_together(people)
    shared = reposts.repost(author=people[2], post_id=first.pk, now=clock.now())
    assert [view.entry for view in seen(alice.profile)] == [shared, first]


def test_the_pill_counts_a_group_once(alice: User, client_of: ClientOf) -> None:
    people, since = followed(alice.profile, NAMES), clock.now() - timedelta(minutes=1)
    say_together(people[:1], at=since - timedelta(minutes=1))
    say_together([alice.profile, *people[1:]])
    post_of(people[0], "alone")
    asked = {"timeline": "home", "since": since.isoformat()}
    page = client_of(alice).get("/timeline/new", asked).content.decode()
    assert "2 new posts" in page


def test_a_page_of_groups_costs_the_same_for_few_and_for_many(alice: User) -> None:
    def cost() -> int:
        viewer = User.objects.get(pk=alice.pk).profile
        with CaptureQueriesContext(connection) as captured:
            assert any(view.group for view in seen(viewer))
        return len(captured)

    people = followed(alice.profile, NAMES[:2])
    say_together(people)
    few = cost()
    more = followed(alice.profile, [f"Person{number}" for number in range(60)])
    say_together([*people, *more], OTHER)
    say_together(more, CardRef("thing", 3))
    assert cost() == few


def test_it_is_found_by_the_indexes_made_for_it(alice: User) -> None:
    values = {
        "viewer": alice.profile.pk, "before_at": home.ALWAYS, "before_id": 0, "size": 21,
        "as_of": home.ALWAYS, "after": home.NEVER, "with_own": True, "faces": home.FACES,
    }  # fmt: skip
    people = followed(alice.profile, NAMES)
    say_together(people)
    for person in people:
        many_posts(person, 200)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("ANALYZE feed_post")
        cursor.execute("EXPLAIN " + home.SQL, values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert plan.count("post_alone_by_author") == 2, plan
    assert "post_grouped_by_author" in plan, plan


def test_a_post_is_grouped_by_its_card_or_not_at_all(alice: User) -> None:
    row = NewPost(author_id=alice.profile.pk, text="No card", is_grouped=True)
    with pytest.raises(Exception, match="post_grouped_by_card"), transaction.atomic():
        bulk.publish_many([row], now=clock.now())


def test_the_api_tells_of_groups_and_lists_them(
    alice: User, client_of: ClientOf, client: Client
) -> None:
    people = followed(alice.profile, NAMES)
    say_together(people)
    post_of(people[0], "alone", now=clock.now() - timedelta(hours=1))
    browser = client_of(alice)
    grouped, alone = browser.get("/api/v1/timelines/home").json()["results"]
    assert grouped["group"]["count"] == 5
    assert [one["name"] for one in grouped["group"]["people"]] == ["Ana", "Ben", "Cleo"]
    assert grouped["card"] == {"type": "thing", "id": 1, "is_available": True}
    assert alone["group"] is None
    first = browser.get("/api/v1/timelines/grouped/thing/1", {"size": 3}).json()
    rest = browser.get(
        "/api/v1/timelines/grouped/thing/1", {"size": 3, "cursor": first["next_cursor"]}
    ).json()
    found = [one["author"]["name"] for one in first["results"] + rest["results"]]
    assert (found, rest["next_cursor"]) == (list(NAMES), None)
    assert browser.get("/api/v1/timelines/home", {"size": 0}).status_code == 400
    assert client.get("/api/v1/timelines/grouped/thing/1").status_code == 401


# --- page by page ------------------------------------------------------------------------------


def expected(viewer: Profile, until: datetime) -> list[int]:
    """Entry by entry as the rules say it, with a group at its newest post."""
    authors = {viewer.pk, *viewer.follows_made.values_list("followed", flat=True)}
    rows = Post.objects.visible_to(viewer).not_replies()
    rows = rows.filter(author__in=authors, created_at__lte=until)
    met: set[int] = set()
    entries = []
    for post in rows.order_by("-created_at", "-id"):
        if post.is_grouped and post.author_id != viewer.pk:
            if post.card_id in met:
                continue
            met.add(post.card_id or 0)
        entries.append(post.pk)
    return entries


def walk(viewer: Profile, size: int, between: Callable[[], object] = lambda: None) -> list[int]:
    found: list[int] = []
    cursor: str | None = None
    while True:
        entries, cursor = home.page(viewer, cursor=cursor, size=size)
        assert len(entries) == size or cursor is None
        found += [entry.post_id for entry in entries]
        if cursor is None:
            return found
        between()


def mixed_world(viewer: Profile, chance: random.Random) -> list[Profile]:
    """Posts alone and grouped, answers, reposts of anybody; many at the same moment."""
    people = followed(viewer, [f"Friend{number}" for number in range(8)])
    people += [viewer, ProfileFactory.create(handle="stranger")]
    start, rows = clock.now() - timedelta(hours=1), []
    for person in people:
        cards = chance.sample(range(1, 4), chance.randint(0, 3))
        grouped = [(CardRef("thing", card), True) for card in cards]
        for card, is_grouped in [*grouped, *[(None, False)] * chance.randint(0, 5)]:
            at = start + timedelta(seconds=chance.randint(0, 12))
            rows.append(NewPost(person.pk, "Words", card, created_at=at, is_grouped=is_grouped))
    chance.shuffle(rows)
    made = bulk.publish_many(rows, now=start)
    for person in people[:6]:
        original = chance.choice(made)
        Post.objects.create(
            author=person, kind=PostKind.REPOST, repost_of=original,
            created_at=start + timedelta(seconds=chance.randint(0, 12)),
        )  # fmt: skip
        many_posts(person, 1, in_reply_to_id=original.pk, until=start)
    blocks.block(blocker=people[0], blocked=people[9], now=start)
    blocks.block(blocker=viewer, blocked=people[7], now=start)
    for post in chance.sample(made, 4):
        posts.delete(post_id=post.pk, actor_ids={post.author_id}, now=clock.now())
    User.objects.filter(pk=people[1].user_id).update(is_active=False)
    return people


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_pages_bring_each_entry_once_in_its_place(alice: User, size: int) -> None:
    seed = random.randrange(10**6)
    mixed_world(alice.profile, random.Random(seed))
    assert walk(alice.profile, size) == expected(alice.profile, clock.now()), f"seed {seed}"


def test_whoever_joins_meanwhile_doubles_and_skips_nothing(alice: User) -> None:
    people = followed(alice.profile, NAMES)
    now = clock.now()
    say_together(people[:2], at=now - timedelta(minutes=9))
    many_posts(people[0], 6, until=now)
    say_together(people[2:3], OTHER)
    before = expected(alice.profile, now + timedelta(seconds=1))
    joining = iter(people[2:])

    def join() -> None:
        person = next(joining, None)
        if person is not None:
            say_together([person], at=now + timedelta(seconds=5))
            post_of(person, "new", now=now + timedelta(seconds=5))

    assert walk(alice.profile, 2, between=join) == before


@pytest.mark.parametrize(
    "values",
    [
        [1, 1, 1],
        ["x", 1, "x"],
        ["2026-01-01T00:00:00+00:00", "1", "2026-01-01T00:00:00+00:00"],
        ["2026-01-01T00:00:00", 1, "2026-01-01T00:00:00"],
        ["2026-01-01T00:00:00+00:00", 1, "infinity"],
        ["2026-13-01T00:00:00+00:00", 1, "2026-01-01T00:00:00+00:00"],
    ],
)
def test_a_made_up_place_is_refused(alice: User, client_of: ClientOf, values: list[object]) -> None:
    cursor = home.keyset.encode(values)
    for address in ("/", "/api/v1/timelines/home"):
        assert client_of(alice).get(address, {"cursor": cursor}).status_code == 400


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_place_at_the_end_of_time_is_as_good_as_any(
    alice: User, client_of: ClientOf, at: str
) -> None:
    cursor = home.keyset.encode([at, 2**63 - 1, at])
    assert client_of(alice).get("/", {"cursor": cursor}).status_code == 200


def test_the_shelf_is_asked_once_for_all_groups(alice: User, shelf: Shelf) -> None:
    people = followed(alice.profile, NAMES)
    for card in (THING, OTHER):
        say_together(people, card)
    shelf.asked.clear()
    assert len(seen(alice.profile)) == 2
    assert shelf.asked == [[1, 2]]
