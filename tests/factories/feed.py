"""Posts as the services make them, and quick rows where a test wants a hundred."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import Profile
from feed.models import Post
from feed.services import posts
from feed.services.bulk import NewPost
from socialcommerce.lib import clock


def post_of(author: Profile, text: str = "Good morning", **fields: Any) -> Post:
    """A post published a moment ago."""
    return posts.publish(author=author, text=text, now=fields.pop("now", clock.now()), **fields)


def many_posts(
    author: Profile,
    number: int,
    *,
    text: str = "Post",
    until: datetime | None = None,
    **fields: Any,
) -> list[Post]:
    """`number` posts a minute apart, the newest at `until`."""
    newest = until or clock.now()
    rows = [
        NewPost(
            author_id=author.pk,
            text=f"{text} {place}",
            created_at=newest - timedelta(minutes=number - place),
            **fields,
        )
        for place in range(number)
    ]
    return posts.publish_many(rows, now=newest)
