"""Many posts at once: the demo world, and people who reserve by posting."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Coalesce

from accounts.models import Profile
from feed import text as texts
from feed.cards import CardRef
from feed.models import Post, PostKind
from feed.services import counters, links


@dataclass(frozen=True)
class NewPost:
    """One post to be; `created_at` of None is the `now` of the call. With `is_grouped` followers
    see it and all others of its card as one entry; an author has at most one such post of a card.
    """

    author_id: int
    text: str
    card: CardRef | None = None
    in_reply_to_id: int | None = None
    idempotency_key: str | None = None
    created_at: datetime | None = None
    is_grouped: bool = False


def publish_many(rows: Sequence[NewPost], *, now: datetime) -> list[Post]:
    """The posts, in the order of the rows, with topics and mentions; nobody is notified.

    A fixed number of queries whatever the number of rows. A row whose author used its key
    before gives the post of that time. Cards are not checked: the caller owns them. Locks the
    authors' profiles in id order. Raises text.BadText.
    """
    with transaction.atomic():
        _lock_authors(rows)
        known = _by_key(rows)
        roots = _roots(rows)
        fresh = [row for row in rows if (row.author_id, row.idempotency_key) not in known]
        entities, posts = [], []
        for row in fresh:
            post = _build(row, roots=roots, now=now)
            entities.append(texts.check(post.text))
            posts.append(post)
        Post.objects.bulk_create(posts, batch_size=1_000)
        links.link(list(zip(posts, entities, strict=True)), now=now)
        counters.count(posts, step=1)
    made = iter(posts)
    return [known.get((row.author_id, row.idempotency_key)) or next(made) for row in rows]


def take_back(post_ids: Collection[int], *, now: datetime) -> None:
    """These posts are deleted and in no group: one that its author brings back stands alone.

    For posts of `publish_many`, of which nobody was told. Locks the posts, then the authors'
    profiles. Demands a transaction.
    """
    posts = Post.objects.filter(pk__in=post_ids)
    locked = posts.order_by("pk").select_for_update(of=("self",), no_key=True)
    counters.count([post for post in locked if post.is_live], step=-1)
    posts.update(is_grouped=False, deleted_at=Coalesce("deleted_at", now))


def _lock_authors(rows: Sequence[NewPost]) -> None:
    authors = Profile.objects.filter(pk__in={row.author_id for row in rows})
    list(authors.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def _by_key(rows: Sequence[NewPost]) -> dict[tuple[int, str | None], Post]:
    keyed = [row for row in rows if row.idempotency_key]
    wanted = {(row.author_id, row.idempotency_key) for row in keyed}
    candidates = Post.objects.filter(
        author__in={row.author_id for row in keyed},
        idempotency_key__in={row.idempotency_key for row in keyed},
    )
    return {
        (post.author_id, post.idempotency_key): post
        for post in candidates
        if (post.author_id, post.idempotency_key) in wanted
    }


def _roots(rows: Sequence[NewPost]) -> dict[int, int]:
    """The beginning of the conversation of each post that is answered."""
    parents = {row.in_reply_to_id for row in rows if row.in_reply_to_id}
    found = Post.objects.filter(pk__in=parents).values_list("pk", "root_id")
    return {pk: root_id or pk for pk, root_id in found}


def _build(row: NewPost, *, roots: dict[int, int], now: datetime) -> Post:
    parent = row.in_reply_to_id
    return Post(
        author_id=row.author_id,
        kind=PostKind.REPLY if parent else PostKind.POST,
        text=texts.clean(row.text),
        in_reply_to_id=parent,
        root_id=roots[parent] if parent else None,
        card_type=row.card.card_type if row.card else "",
        card_id=row.card.card_id if row.card else None,
        idempotency_key=row.idempotency_key,
        created_at=row.created_at or now,
        is_grouped=row.is_grouped,
    )
