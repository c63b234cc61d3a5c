"""Sharing a post as it is."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import Profile
from accounts.services import notices
from feed.models import Post, PostKind
from feed.services.posts import PUBLISH_LIMIT, PUBLISH_WINDOW_SECONDS
from socialcommerce.lib import limits
from socialcommerce.lib.problems import NotFound


def repost(*, author: Profile, post_id: int, now: datetime) -> Post:
    """`author` shares the post once, the original where a repost is meant; its author knows.

    Repeating changes nothing. Raises NotFound, limits.TooMany.
    """
    original = _original(post_id, author)
    shared = Post.objects.live().filter(author=author, repost_of=original).first()
    if shared is not None:
        return shared
    limits.check(
        scope="feed.repost",
        subject=str(author.pk),
        limit=PUBLISH_LIMIT,
        window_seconds=PUBLISH_WINDOW_SECONDS,
    )
    try:
        return _share(original, author, now=now)
    except IntegrityError:  # shared by another tap at the same moment
        return Post.objects.live().get(author=author, repost_of=original)


def undo(*, author: Profile, post_id: int, now: datetime) -> Post:
    """`author` no longer shares it; the original. Repeating changes nothing. Raises NotFound."""
    original = _original(post_id, author)
    with transaction.atomic(durable=True):
        gone = Post.objects.filter(author=author, repost_of=original, deleted_at=None).update(
            deleted_at=now
        )
        if gone:
            Post.objects.filter(pk=original.pk).update(repost_count=F("repost_count") - gone)
    return original


def _original(post_id: int, viewer: Profile) -> Post:
    post = Post.objects.visible_to(viewer).select_related("repost_of").filter(pk=post_id).first()
    if post is None:
        raise NotFound
    return post.repost_of or post


def _share(original: Post, author: Profile, *, now: datetime) -> Post:
    with transaction.atomic():
        shared = Post.objects.create(
            author=author, kind=PostKind.REPOST, repost_of=original, created_at=now
        )
        Post.objects.filter(pk=original.pk).update(repost_count=F("repost_count") + 1)
        notices.notify(
            recipient_id=original.author_id,
            kind="feed.repost",
            actor_id=author.pk,
            url=original.get_absolute_url(),
            data={"text": original.text[:120]},
            now=now,
        )
    return shared
