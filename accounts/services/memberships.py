"""Memberships: who acts for a store."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Profile, Role, User
from socialcommerce.lib.problems import Conflict, Invalid


class NotAStore(Invalid):
    code = "not-a-store"
    title = _("Only a store has members")


class LastOwner(Conflict):
    code = "last-owner"
    title = _("A store keeps at least one owner")


def add(*, profile: Profile, user: User, role: Role, now: datetime) -> Membership:
    """`user` acts for the store in `role`; a member gets the new role. Raises LastOwner."""
    if not profile.is_store:
        raise NotAStore
    with transaction.atomic():
        if role != Role.OWNER:
            _keep_an_owner(profile, but=user)
        membership, _made = Membership.objects.update_or_create(
            profile=profile,
            user=user,
            defaults={"role": role},
            create_defaults={"role": role, "created_at": now},
        )
    return membership


def remove(*, profile: Profile, user: User) -> bool:
    """`user` no longer acts for the store. False if it was so already. Raises LastOwner."""
    with transaction.atomic():
        _keep_an_owner(profile, but=user)
        deleted, _rows = Membership.objects.filter(profile=profile, user=user).delete()
    return deleted == 1


def _keep_an_owner(profile: Profile, *, but: User) -> None:
    """Locks the store's owners, so that two of them cannot leave at the same time."""
    owners = Membership.objects.filter(profile=profile, role=Role.OWNER)
    ids = list(owners.order_by("id").select_for_update().values_list("user_id", flat=True))
    if ids == [but.pk]:
        raise LastOwner
