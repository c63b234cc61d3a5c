"""Stopping a person's money, with a reason that stays: nothing goes out, what comes in arrives."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile, User
from accounts.services import people
from payments.models import MoneyFreeze
from socialcommerce.lib.problems import Conflict


class NotAPerson(Conflict):
    code = "not-a-person"
    title = _("Only a person's money can be frozen")


class NotFrozen(Conflict):
    code = "not-frozen"
    title = _("This person's money is not frozen")


@transaction.atomic
def freeze(*, profile_id: int, reason: str, by_id: int | None, now: datetime) -> MoneyFreeze:
    """The person moves no money from now on; `by_id` None is the site itself. Somebody who is
    frozen already stays so, under the reason that stands.

    Joins the caller's transaction. Raises NotAPerson.
    """
    user = _user(profile_id)
    people.freeze(user=user, now=now)
    found, _made = MoneyFreeze.objects.get_or_create(
        profile_id=profile_id,
        lifted_at=None,
        defaults={"reason": reason[:200], "frozen_by_id": by_id, "frozen_at": now},
    )
    return found


@transaction.atomic
def lift(*, profile_id: int, reason: str, by_id: int, now: datetime) -> None:
    """The person may move money again, and the record says who let them and why.

    Joins the caller's transaction. Raises NotAPerson, NotFrozen.
    """
    if not people.unfreeze(user=_user(profile_id)):
        raise NotFrozen
    MoneyFreeze.objects.filter(profile_id=profile_id, lifted_at=None).update(
        lifted_at=now, lifted_by_id=by_id, lifted_reason=reason[:200]
    )


def _user(profile_id: int) -> User:
    """Locked, so that two acts at once leave one record."""
    profile = Profile.objects.get(pk=profile_id)
    if profile.user_id is None:
        raise NotAPerson(_("A store's payouts are held on the page of its money."))
    return User.objects.select_for_update(no_key=True).get(pk=profile.user_id)
