"""What operators take out of sight, and put back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.services import notices
from feed.models import Post
from feed.services import counters, echoes
from socialcommerce.lib.problems import Invalid, NotFound

REASON_CHARACTERS_MAX = 200


class NoReason(Invalid):
    code = "no-reason"
    title = _("Please write why: the author will read it")


def hide(*, post_id: int, reason: str, now: datetime) -> Post:
    """Nobody sees the post any more and its author reads why. Repeating changes nothing.

    Raises NotFound, NoReason (empty, or above REASON_CHARACTERS_MAX).
    """
    reason = reason.strip()
    if not 0 < len(reason) <= REASON_CHARACTERS_MAX:
        raise NoReason
    with transaction.atomic(durable=True):
        post = _lock(post_id)
        if post.hidden_at is not None:
            return post
        if post.is_live:
            counters.count([post], step=-1)
        post.hidden_at, post.hidden_reason = now, reason
        post.save(update_fields=["hidden_at", "hidden_reason"])
        echoes.retell(post)
        notices.notify(
            recipient_id=post.author_id,
            kind="feed.hidden",
            url=post.get_absolute_url(),
            data={"text": post.text[:120], "reason": reason},
            now=now,
        )
    return post


def show(*, post_id: int) -> Post:
    """The post stands again. Repeating changes nothing. Raises NotFound."""
    with transaction.atomic(durable=True):
        post = _lock(post_id)
        if post.hidden_at is None:
            return post
        post.hidden_at, post.hidden_reason = None, ""
        post.save(update_fields=["hidden_at", "hidden_reason"])
        echoes.retell(post)
        if post.is_live:
            counters.count([post], step=1)
    return post


def _lock(post_id: int) -> Post:
    posts = Post.objects.select_for_update(of=("self",), no_key=True)
    post = posts.filter(pk=post_id).first()
    if post is None:
        raise NotFound
    return post
