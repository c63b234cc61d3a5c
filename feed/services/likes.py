"""Liking a post, and no longer liking it."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import Notification, Profile
from accounts.services import notices
from feed.models import Like, Post
from socialcommerce.lib import limits
from socialcommerce.lib.problems import NotFound

LIKE_LIMIT = 200  # of one person within the window; above it nobody reads what they like
LIKE_WINDOW_SECONDS = 300


def like(*, profile: Profile, post_id: int, now: datetime) -> Post:
    """The post carries this profile's like, once; its author hears of the first time only.

    Raises NotFound, limits.TooMany.
    """
    post = _visible(post_id, profile)
    limits.check(
        scope="feed.like",
        subject=str(profile.pk),
        limit=LIKE_LIMIT,
        window_seconds=LIKE_WINDOW_SECONDS,
    )
    with transaction.atomic(durable=True):
        _like, made = Like.objects.get_or_create(
            profile=profile, post=post, defaults={"created_at": now}
        )
        if made:
            Post.objects.filter(pk=post.pk).update(like_count=F("like_count") + 1)
            _tell(post, profile, now=now)
    return post


def unlike(*, profile: Profile, post_id: int) -> Post:
    """The post no longer carries it. Repeating changes nothing. Raises NotFound."""
    post = _visible(post_id, profile)
    with transaction.atomic(durable=True):
        gone, _rows = Like.objects.filter(profile=profile, post=post).delete()
        if gone:
            Post.objects.filter(pk=post.pk).update(like_count=F("like_count") - 1)
    return post


def _visible(post_id: int, profile: Profile) -> Post:
    post = Post.objects.visible_to(profile).select_related("repost_of").filter(pk=post_id).first()
    if post is None:
        raise NotFound
    return post.repost_of or post


def _tell(post: Post, profile: Profile, *, now: datetime) -> None:
    url = post.get_absolute_url()
    told = Notification.objects.filter(
        recipient_id=post.author_id, kind="feed.like", actor=profile, url=url
    )
    if told.exists():
        return  # on and off and on again rings once
    notices.notify(
        recipient_id=post.author_id,
        kind="feed.like",
        actor_id=profile.pk,
        url=url,
        data={"text": post.text[:120]},
        now=now,
    )
