"""Following: the counters and the rows change together or not at all."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts import events
from accounts.models import Block, Follow, Profile
from accounts.services import notices
from socialcommerce.lib.problems import Forbidden, Invalid


class OneselfRefused(Invalid):
    code = "oneself"
    title = _("That does not work with yourself")


class Blocked(Forbidden):
    code = "blocked"
    title = _("You cannot follow this profile")


def follow(*, follower: Profile, followed: Profile, now: datetime) -> bool:
    """`follower` follows `followed`, once. False if it was so already.

    Locks both profile rows in id order. Raises OneselfRefused, Blocked.
    """
    if follower.pk == followed.pk:
        raise OneselfRefused
    with transaction.atomic():
        lock_pair(follower, followed)
        if Block.objects.between(follower, followed).exists():
            raise Blocked(_("One of you has blocked the other."))
        _row, made = Follow.objects.get_or_create(
            follower=follower, followed=followed, defaults={"created_at": now}
        )
        if made:
            _count(follower, followed, by=1)
            _tell(follower, followed, now)
    return made


def unfollow(*, follower: Profile, followed: Profile) -> bool:
    """`follower` no longer follows `followed`. False if it was so already."""
    with transaction.atomic():
        lock_pair(follower, followed)
        deleted, _rows = Follow.objects.filter(follower=follower, followed=followed).delete()
        if deleted:
            _count(follower, followed, by=-1)
    return deleted == 1


def lock_pair(one: Profile, other: Profile) -> None:
    """Locks both profiles, lower id first, so that a follow and a block wait for each other."""
    pair = Profile.objects.filter(pk__in=[one.pk, other.pk]).order_by("pk")
    list(pair.select_for_update(no_key=True).values_list("pk", flat=True))


def _count(follower: Profile, followed: Profile, *, by: int) -> None:
    Profile.objects.filter(pk=follower.pk).update(following_count=F("following_count") + by)
    Profile.objects.filter(pk=followed.pk).update(follower_count=F("follower_count") + by)


def _tell(follower: Profile, followed: Profile, now: datetime) -> None:
    events.followed.send(sender=Follow, follower=follower, followed=followed, now=now)
    if not followed.is_store:  # a store would drown in them; it has its figures
        notices.notify(
            recipient_id=followed.pk,
            kind="followed",
            actor_id=follower.pk,
            url=follower.get_absolute_url(),
            now=now,
        )
