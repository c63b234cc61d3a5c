"""People: a user who logs in, with a profile that others see."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.authtoken.models import Token

from accounts.models import User
from accounts.services import profiles
from socialcommerce.lib.problems import Conflict


class EmailTaken(Conflict):
    code = "email-taken"
    title = _("There is an account with this email address")


def register(
    *,
    email: str,
    password: str,
    handle: str,
    name: str,
    now: datetime,
    email_verified: bool = False,
) -> User:
    """A user with a profile. All or nothing.

    An address that is not verified gets its row (and its mail) from allauth's sign-up.
    Raises EmailTaken, profiles.HandleTaken, profiles.HandleRefused.
    """
    with transaction.atomic():
        user = _create_user(email, password)
        profiles.create_person_profile(user=user, handle=handle, name=name, now=now)
        if email_verified:
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _create_user(email: str, password: str) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password)
    except IntegrityError as error:
        if "email" in str(error):
            raise EmailTaken from error
        raise


def freeze(*, user: User, now: datetime) -> bool:
    """The person reads and writes but moves no money. False if it was so already."""
    changed = User.objects.filter(pk=user.pk, frozen_at=None).update(frozen_at=now)
    user.refresh_from_db(fields=["frozen_at"])
    return changed == 1


def unfreeze(*, user: User) -> bool:
    """The person may move money again. False if it was so already."""
    changed = User.objects.filter(pk=user.pk, frozen_at__isnull=False).update(frozen_at=None)
    user.refresh_from_db(fields=["frozen_at"])
    return changed == 1


def deactivate(*, user: User) -> bool:
    """The person is logged out everywhere and cannot log in. False if it was so already.

    Sessions end by themselves: Django reads the user on each request and takes no inactive one.
    """
    with transaction.atomic():
        changed = User.objects.filter(pk=user.pk, is_active=True).update(is_active=False)
        Token.objects.filter(user=user).delete()
    user.is_active = False
    return changed == 1


def reactivate(*, user: User) -> bool:
    """The person may log in again. False if it was so already."""
    changed = User.objects.filter(pk=user.pk, is_active=False).update(is_active=True)
    user.is_active = True
    return changed == 1
