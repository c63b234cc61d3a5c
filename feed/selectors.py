"""Pages of posts. Each page costs the same queries for one row and for a hundred."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet, prefetch_related_objects
from django.utils.safestring import SafeString

from accounts.models import Follow, Profile, Role, User
from accounts.selectors import managed_profile_ids
from feed import cards
from feed import home as homes
from feed.cards import CardRef, LoadedCard
from feed.models import Like, Mention, Post, PostKind, PostPicture, PostTopic
from feed.rendering import to_html
from socialcommerce.lib import keyset
from socialcommerce.lib.problems import NotFound

PAGE_SIZE = 20
NEWEST = ("-created_at", "-id")
HOTTEST = ("-heat", "-created_at", "-id")
HOT_DAYS = 3
NEW_COUNT_MAX = 99  # "99+" says enough, and the count stops there
WRITES_FOR_STORE = (Role.OWNER, Role.MANAGER)


@dataclass(frozen=True)
class Group:
    """For whom an entry stands: `count` people, of whom `people` posted last, the last first."""

    people: list[Profile]
    count: int

    @property
    def others(self) -> int:
        """Those beside the two that are named."""
        return self.count - 2


@dataclass(frozen=True)
class PostView:
    """One entry as a page shows it: `post` is what is read, the original of a repost.

    With a `group` it is the newest of several people's posts, and the card is what they share.
    """

    entry: Post
    post: Post
    html: SafeString
    pictures: list[PostPicture]
    card: LoadedCard | None
    reposted_by: Profile | None
    liked: bool
    reposted: bool
    mine: bool
    viewer: Profile | None
    group: Group | None = None


@dataclass(frozen=True)
class Timeline:
    """`newest_at` is None when nothing is there; `next_cursor` at the end."""

    posts: list[PostView]
    next_cursor: str | None

    @property
    def newest_at(self) -> datetime | None:
        return max((view.entry.created_at for view in self.posts), default=None)


@dataclass(frozen=True)
class Thread:
    """A post, what it answers (the beginning first) and the answers to it."""

    above: list[PostView]
    post: PostView
    replies: Timeline


def acting_profiles(user: User | AnonymousUser) -> list[Profile]:
    """As whom this person may post: themselves first, then approved stores they run."""
    if isinstance(user, AnonymousUser):
        return []
    stores = Profile.objects.filter(
        pk__in=managed_profile_ids(user, WRITES_FOR_STORE), verified_at__isnull=False
    )
    person = Profile.objects.filter(user=user)
    return [*person, *stores.order_by("name", "pk")]


def acting_ids(user: User | AnonymousUser) -> set[int]:
    """Whose posts this person may delete: their own and those of stores they run."""
    if isinstance(user, AnonymousUser):
        return set()
    person = set(Profile.objects.filter(user=user).values_list("pk", flat=True))
    return person | managed_profile_ids(user, WRITES_FOR_STORE)


def home(viewer: Profile, *, cursor: str | None, size: int = PAGE_SIZE) -> Timeline:
    """A page of the viewer's own posts and those of whom they follow, without answers to others
    and with grouped posts of the same card as one entry.

    Two queries more than `present`, three with groups. Raises keyset.BadCursor.
    """
    entries, next_cursor = homes.page(viewer, cursor=cursor, size=size)
    visible = with_people(Post.objects.visible_to(viewer))
    posts = visible.in_bulk([entry.post_id for entry in entries])
    shown = [posts[entry.post_id] for entry in entries if entry.post_id in posts]
    return Timeline(_once(present(shown, viewer, _groups(entries))), next_cursor)


def of_group(card: CardRef, viewer: Profile) -> "QuerySet[Post]":
    """What stands behind a grouped entry: each post of whom the viewer follows."""
    # As a list: told how many they are, PostgreSQL looks at them and not at a million strangers.
    followed = list(Follow.objects.filter(follower=viewer).values_list("followed", flat=True))
    posts = Post.objects.visible_to(viewer).filter(is_grouped=True, author__in=followed)
    return posts.filter(card_type=card.card_type, card_id=card.card_id)


def explore(viewer: Profile | None) -> "QuerySet[Post]":
    return Post.objects.visible_to(viewer).originals()


def hot(viewer: Profile | None, *, now: datetime) -> "QuerySet[Post]":
    """What people did most with in the last days; page it by HOTTEST."""
    heat = F("like_count") + 2 * F("repost_count") + 2 * F("reply_count")
    since = now - timedelta(days=HOT_DAYS)
    return explore(viewer).filter(created_at__gt=since).annotate(heat=heat)


def topic(tag: str, viewer: Profile | None) -> "QuerySet[Post]":
    tagged = PostTopic.objects.filter(topic__tag=tag).values("post")
    return Post.objects.visible_to(viewer).filter(pk__in=tagged)


def of_profile(profile: Profile, tab: str, viewer: Profile | None) -> "QuerySet[Post]":
    """`tab`: "posts" (with reposts), "replies" or "pictures"."""
    posts = Post.objects.visible_to(viewer).filter(author=profile)
    if tab == "replies":
        return posts.filter(kind=PostKind.REPLY)
    if tab == "pictures":
        return posts.filter(Exists(PostPicture.objects.filter(post=OuterRef("pk"))))
    return posts.not_replies()


def replies(post: Post, viewer: Profile | None) -> "QuerySet[Post]":
    return Post.objects.visible_to(viewer).filter(in_reply_to=post)


def timeline(
    posts: "QuerySet[Post]",
    *,
    viewer: Profile | None,
    cursor: str | None,
    size: int = PAGE_SIZE,
    order: Sequence[str] = NEWEST,
) -> Timeline:
    """One page of `posts`, each original once. Raises keyset.BadCursor."""
    page = keyset.page(with_people(posts), cursor=cursor, size=size, order=order)
    return Timeline(_once(present(page.items, viewer)), page.next_cursor)


def get(post_id: int, viewer: Profile | None) -> PostView:
    """Raises NotFound."""
    return present([visible(post_id, viewer)], viewer)[0]


def visible(post_id: int, viewer: Profile | None) -> Post:
    """Raises NotFound for what is not there or not for this viewer."""
    post = with_people(Post.objects.visible_to(viewer)).filter(pk=post_id).first()
    if post is None:
        raise NotFound
    return post


def thread(post_id: int, *, viewer: Profile | None, cursor: str | None) -> Thread:
    """Raises NotFound, keyset.BadCursor."""
    entry = visible(post_id, viewer)
    post = entry.repost_of or entry
    answers = timeline(
        replies(post, viewer), viewer=viewer, cursor=cursor, order=("created_at", "id")
    )
    ancestors = with_people(Post.objects.visible_to(viewer)).filter(
        pk__in={pk for pk in (post.root_id, post.in_reply_to_id) if pk}
    )
    *above, shown = present([*ancestors.order_by("created_at", "id"), post], viewer)
    return Thread(above, shown, answers)


def own_gone(post_id: int, user: User | AnonymousUser) -> Post | None:
    """A deleted or hidden post for those who may know that it was there."""
    return (
        Post.objects.filter(pk=post_id, author__in=acting_ids(user))
        .exclude(kind=PostKind.REPOST)
        .first()
    )


def posts_with_card(
    card_type: str, card_id: int, viewer: Profile | None, size: int
) -> list[PostView]:
    """The newest posts that carry this card."""
    posts = Post.objects.visible_to(viewer).filter(card_type=card_type, card_id=card_id)
    return timeline(posts, viewer=viewer, cursor=None, size=size).posts


def new_count(posts: "QuerySet[Post]", *, since: datetime, viewer: Profile | None) -> int:
    """How many came after `since`, up to NEW_COUNT_MAX; one's own are no news."""
    fresh = posts.filter(created_at__gt=since)
    if viewer is not None:
        fresh = fresh.exclude(author=viewer)
    return fresh[:NEW_COUNT_MAX].count()


def present(
    posts: Sequence[Post], viewer: Profile | None, groups: Mapping[int, Group] | None = None
) -> list[PostView]:
    """Posts with everything that their template shows. Wants `author` and `repost_of` joined.

    `groups`: by post, for whom it stands. Six queries at most, and one for each type of card.
    """
    shown = [post.repost_of or post for post in posts]
    named = Prefetch("mentions", Mention.objects.select_related("profile"))
    prefetch_related_objects(shown, "pictures", named)
    ids = [post.pk for post in shown]
    liked, reposted, mine = _relation(ids, viewer)
    loaded = cards.load([ref for post in shown if (ref := _card_of(post))], viewer)
    return [
        PostView(
            entry=entry,
            post=post,
            html=_html(post),
            pictures=list(post.pictures.all()),
            card=loaded.get(ref) if (ref := _card_of(post)) else None,
            reposted_by=entry.author if entry.repost_of else None,
            liked=post.pk in liked,
            reposted=post.pk in reposted,
            mine=post.author_id in mine,
            viewer=viewer,
            group=groups.get(entry.pk) if groups else None,
        )
        for entry, post in zip(posts, shown, strict=True)
    ]


def _relation(ids: Sequence[int], viewer: Profile | None) -> tuple[set[int], set[int], set[int]]:
    """What the viewer liked and shared of these posts, and whose posts they may delete."""
    if viewer is None:
        return set(), set(), set()
    liked = Like.objects.filter(profile=viewer, post__in=ids).values_list("post_id", flat=True)
    shared = Post.objects.filter(author=viewer, repost_of__in=ids, deleted_at=None)
    stores = managed_profile_ids(viewer.user, WRITES_FOR_STORE) if viewer.user else set()
    return set(liked), set(shared.values_list("repost_of_id", flat=True)), {viewer.pk, *stores}


def _card_of(post: Post) -> CardRef | None:
    return None if post.card_id is None else CardRef(post.card_type, post.card_id)


def _html(post: Post) -> SafeString:
    handles = {
        mention.profile.handle.upper(): mention.profile.handle for mention in post.mentions.all()
    }
    return to_html(post.text, handles)


def _groups(entries: Sequence[homes.Entry]) -> dict[int, Group]:
    """By post, of the entries that stand for several people."""
    several = [entry for entry in entries if entry.members > 1]
    faces = Profile.objects.in_bulk({pk for entry in several for pk in entry.faces})
    return {
        entry.post_id: Group([faces[pk] for pk in entry.faces], entry.members) for entry in several
    }


def _once(views: Sequence[PostView]) -> list[PostView]:
    """Each post once a page: the newest of its entries stands for all. A group is no post."""
    first: dict[tuple[int, bool], PostView] = {}
    for view in views:
        first.setdefault((view.post.pk, view.group is not None), view)
    return list(first.values())


def with_people(posts: "QuerySet[Post]") -> "QuerySet[Post]":
    return posts.select_related(
        "author", "in_reply_to__author", "repost_of__author", "repost_of__in_reply_to__author"
    )
