"""What news repeat of a post's words: nothing once the post is out of sight."""

from typing import Any

from accounts.models import Notification
from feed.models import Post

WORDS_MAX = 120  # characters that a line of news shows
REPEATING = ("feed.reply", "feed.mention")


def words_of(post: Post) -> dict[str, Any]:
    """What a line of news keeps of the post."""
    return {"text": post.text[:WORDS_MAX]}


def retell(post: Post) -> None:
    """News of this answer or mention tell its words while it is live, and none while it is not.

    Called in the transaction that moved the post. One update of rows that the index finds by
    their recipients.
    """
    told = set(post.mentions.values_list("profile_id", flat=True))
    if post.in_reply_to is not None:
        told.add(post.in_reply_to.author_id)
    news = Notification.objects.filter(
        recipient__in=told,
        actor=post.author_id,
        kind__in=REPEATING,
        url=post.get_absolute_url(),
    )
    news.update(data=words_of(post) if post.is_live else {})
