"""What the feed rings for."""

from accounts import notices
from accounts.notices import NoticeKind

KINDS = ("reply", "mention", "repost", "like", "hidden")


def register() -> None:
    """Each kind has its line in templates/feed/notices/."""
    for kind in KINDS:
        notices.register(NoticeKind(key=f"feed.{kind}", template=f"feed/notices/_{kind}.html"))
