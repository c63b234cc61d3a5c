"""Blocking: neither sees the other any more."""

from datetime import datetime

from django.db import transaction

from accounts import events
from accounts.models import Block, Profile
from accounts.services import follows


def block(*, blocker: Profile, blocked: Profile, now: datetime) -> bool:
    """`blocker` blocks `blocked`; neither follows the other. False if it was so already.

    Locks both profile rows in id order. Raises follows.OneselfRefused.
    """
    if blocker.pk == blocked.pk:
        raise follows.OneselfRefused
    with transaction.atomic():
        follows.lock_pair(blocker, blocked)
        follows.unfollow(follower=blocker, followed=blocked)
        follows.unfollow(follower=blocked, followed=blocker)
        _row, made = Block.objects.get_or_create(
            blocker=blocker, blocked=blocked, defaults={"created_at": now}
        )
        if made:
            events.blocked.send(sender=Block, blocker=blocker, blocked=blocked, now=now)
    return made


def unblock(*, blocker: Profile, blocked: Profile) -> bool:
    """The block is gone; follows do not come back. False if there was none."""
    deleted, _rows = Block.objects.filter(blocker=blocker, blocked=blocked).delete()
    return deleted == 1
