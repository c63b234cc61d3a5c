"""News for a person: written by anybody's service, read in one list."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts import notices as registry
from accounts import selectors
from accounts.models import Block, Notification, Profile


def notify(
    *,
    recipient_id: int,
    kind: str,
    now: datetime,
    url: str,
    actor_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> Notification | None:
    """A line in the recipient's list; `url` is a path of this site, `data` plain JSON.

    None, and nothing written, if the actor is the recipient or one has blocked the other.
    Raises notices.UnknownKind.
    """
    registry.get(kind)
    if actor_id is not None and not _may_reach(actor_id, recipient_id):
        return None
    return Notification.objects.create(
        recipient_id=recipient_id,
        kind=kind,
        actor_id=actor_id,
        url=url,
        data=dict(data or {}),
        created_at=now,
    )


def notify_many(
    *,
    recipient_ids: Iterable[int],
    kind: str,
    now: datetime,
    url: str,
    data: Mapping[str, Any] | None = None,
) -> int:
    """The same line in many lists, written in bulk; how many. There is no actor: it is news of
    the site, which no block keeps away. Raises notices.UnknownKind.
    """
    registry.get(kind)
    facts = dict(data or {})
    rows = [
        Notification(recipient_id=id_, kind=kind, url=url, data=facts, created_at=now)
        for id_ in recipient_ids
    ]
    return len(Notification.objects.bulk_create(rows, batch_size=1_000))


def _may_reach(actor_id: int, recipient_id: int) -> bool:
    if actor_id == recipient_id:
        return False
    blocks = Block.objects.filter(
        Q(blocker_id=actor_id, blocked_id=recipient_id)
        | Q(blocker_id=recipient_id, blocked_id=actor_id)
    )
    return not blocks.exists()


def mark_read(*, recipient: Profile, now: datetime, up_to: int | None = None) -> int:
    """Everything unread (up to that notification's id) is read; how many there were."""
    unread = Notification.objects.unread().filter(recipient=recipient)
    if up_to is not None:
        unread = unread.filter(pk__lte=up_to)
    marked = unread.update(read_at=now)
    selectors.forget_unread_count(recipient)
    return marked
