"""The payment PIN: set with the password, asked where much moves or money goes somewhere new.

A try is taken before the PIN is looked at, in one statement: however many guesses come at once,
no more than PAYMENT_PIN_TRIES of them are looked at. Never inside a transaction of somebody
else's: what is refused afterwards must not give the try back.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.db import transaction
from django.db.models import Case, DateTimeField, F, Value, When
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from payments.models import PaymentPin
from payments.services import bounds
from payments.services.people import mails
from socialcommerce.lib import guards
from socialcommerce.lib.money import TEST_CURRENCY
from socialcommerce.lib.problems import Conflict, Forbidden, Invalid, NotFound, Problem

PIN: Final = re.compile(r"[0-9]{6}", re.ASCII)
RUNS: Final = "01234567890 09876543210"
SALT: Final = "payments.pin.reset"
PIN_PAGE: Final = reverse_lazy("payments:pin")


class BadPin(Invalid):
    code = "bad-pin"
    title = _("That cannot be a payment PIN")


class PinMissing(Conflict):
    """None is set yet, and this needs one."""

    code = "pin-missing"
    title = _("This needs a payment PIN, and you have none yet")

    def __init__(self) -> None:
        super().__init__(
            _("Nothing moved. Set one with your password and come back."),
            next_url=str(PIN_PAGE),
            next_label=_("Set a payment PIN"),
        )


class PinNeeded(Forbidden):
    code = "pin-needed"
    title = _("This needs your payment PIN")

    def __init__(self) -> None:
        super().__init__(_("Nothing moved. Please type it and send the form again."))


class PinWrong(Forbidden):
    """`tries_left` more guesses are looked at."""

    code = "pin-wrong"
    title = _("That is not your payment PIN")


class PinLocked(Problem):
    code = "pin-locked"
    status = 429
    title = _("Too many wrong PINs")

    def __init__(self, until: datetime, now: datetime) -> None:
        seconds = max(1, round((until - now).total_seconds()))
        minutes = -(-seconds // 60)
        super().__init__(
            ngettext(
                "Nothing moved. Please try again in %(minutes)s minute, or set a new PIN.",
                "Nothing moved. Please try again in %(minutes)s minutes, or set a new PIN.",
                minutes,
            )
            % {"minutes": minutes},
            next_url=str(PIN_PAGE),
            next_label=_("Set a new PIN"),
            retry_after_seconds=seconds,
        )


class PasswordWrong(Forbidden):
    code = "password-wrong"
    title = _("That is not your password")


class ResetOver(NotFound):
    code = "pin-reset-over"
    title = _("This link does not work any more")


def is_set(profile_id: int) -> bool:
    return PaymentPin.objects.filter(profile_id=profile_id).exists()


def is_asked(amount_minor: int, currency: str) -> bool:
    """Whether that much, in minor units, moves with the PIN only; test money never does."""
    if currency == TEST_CURRENCY:
        return False
    return amount_minor >= bounds.about(settings.PAYMENT_PIN_ABOVE_MINOR, currency)


def is_confirmed(*, profile_id: int, pin: str, now: datetime) -> bool:
    """Whether a PIN was typed; one that was is the person's. No transaction may be open.

    Raises PinMissing, PinWrong, PinLocked.
    """
    if not pin:
        return False
    confirm(profile_id=profile_id, pin=pin, now=now)
    return True


def demand(*, profile_id: int, amount_minor: int, currency: str, has_pin: bool) -> None:
    """Nothing where the amount needs no PIN, or it was confirmed before. Raises PinMissing,
    PinNeeded.
    """
    if is_asked(amount_minor, currency) and not has_pin:
        refuse(profile_id)


def refuse(profile_id: int) -> None:
    """Raises PinNeeded, or PinMissing for somebody who has none."""
    raise PinNeeded if is_set(profile_id) else PinMissing


def confirm(*, profile_id: int, pin: str, now: datetime) -> None:
    """It is the person's PIN, and wrong tries are forgotten. No transaction may be open.

    Raises PinMissing, PinWrong, PinLocked.
    """
    with transaction.atomic(durable=True):
        taken = _take_a_try(profile_id, now)
        row = PaymentPin.objects.filter(profile_id=profile_id).first()  # which try this one is
    if row is None:
        raise PinMissing
    if not taken:
        raise PinLocked(row.locked_until or now, now)
    # The PIN is hashed outside the transaction: that takes long on purpose.
    if not check_password(pin, row.digest):
        raise _wrong(row, now)
    PaymentPin.objects.filter(pk=row.pk, digest=row.digest).update(tries=0, locked_until=None)


def set_pin(*, user: User, pin: str, password: str, now: datetime, old_pin: str = "") -> None:
    """The person pays with this PIN from now on, and has a mail that says so. Whoever has one
    already names it: with the password alone a new one is set by mail only (`send_reset`).

    No transaction may be open. Raises BadPin, PasswordWrong, PinNeeded, PinWrong, PinLocked.
    """
    _check_format(pin)
    _check_password(user, password)
    if is_set(user.profile.pk):
        if not old_pin:
            raise PinNeeded
        confirm(profile_id=user.profile.pk, pin=old_pin, now=now)
    _keep(user, pin, now)


def send_reset(*, user: User, password: str, now: datetime) -> None:
    """A mail with a link is on its way, good once and for PAYMENT_PIN_RESET_SECONDS.

    Raises PinMissing, PasswordWrong, mails.MailAway.
    """
    _check_password(user, password)
    row = PaymentPin.objects.filter(profile=user.profile).first()
    if row is None:
        raise PinMissing
    mails.pin_reset(user, token=signing.dumps([user.pk, _mark(row)], salt=SALT))


def check_reset(*, user: User, token: str) -> None:
    """The link is this person's, fresh, and of the PIN that stands. Raises ResetOver."""
    row = PaymentPin.objects.filter(profile=user.profile).first()
    try:
        said = signing.loads(token, salt=SALT, max_age=settings.PAYMENT_PIN_RESET_SECONDS)
    except signing.BadSignature as error:
        raise ResetOver(_("Nothing was changed. Ask for a new one.")) from error
    if row is None or said != [user.pk, _mark(row)]:
        raise ResetOver(_("Nothing was changed. Ask for a new one."))


def reset(*, user: User, token: str, pin: str, now: datetime) -> None:
    """The person pays with this PIN from now on; the link is used up. Raises ResetOver, BadPin."""
    check_reset(user=user, token=token)
    _check_format(pin)
    _keep(user, pin, now)


def _check_format(pin: str) -> None:
    """Six digits that are not the first ones anybody would try. Raises BadPin."""
    if not PIN.fullmatch(pin):
        raise BadPin(_("A PIN has six digits, 0 to 9. Nothing was changed."))
    if len(set(pin)) == 1 or pin in RUNS:
        raise BadPin(_("That one would be guessed first. Nothing was changed."))


def _check_password(user: User, password: str) -> None:
    """Raises PasswordWrong."""
    if not user.check_password(password):
        raise PasswordWrong(_("Nothing was changed."))


def _take_a_try(profile_id: int, now: datetime) -> bool:
    """One of the tries is used up; False if none was left, or the PIN is locked."""
    most = settings.PAYMENT_PIN_TRIES
    rows = PaymentPin.objects.filter(profile_id=profile_id)
    rows.filter(locked_until__lte=now).update(tries=0, locked_until=None)
    if guards.is_on("pins.tries"):
        rows = rows.filter(tries__lt=most)
    rested = now + timedelta(seconds=settings.PAYMENT_PIN_LOCK_SECONDS)
    # The last try locks at once: a process that dies while it hashes must not leave it open.
    is_last = When(tries__gte=most - 1, then=Value(rested))
    until = Case(is_last, default=None, output_field=DateTimeField())
    return rows.update(tries=F("tries") + 1, locked_until=until) == 1


def _wrong(row: PaymentPin, now: datetime) -> Problem:
    left = max(0, settings.PAYMENT_PIN_TRIES - row.tries)
    if left == 0 and row.locked_until is not None:
        return PinLocked(row.locked_until, now)
    text = ngettext(
        "Nothing moved. %(left)s more try is looked at.",
        "Nothing moved. %(left)s more tries are looked at.",
        left,
    )
    return PinWrong(text % {"left": left}, tries_left=left)


def _keep(user: User, pin: str, now: datetime) -> None:
    PaymentPin.objects.update_or_create(
        profile=user.profile,
        defaults={
            "digest": make_password(pin),
            "tries": 0,
            "locked_until": None,
            "set_at": now,
        },
    )
    mails.pin_changed(user)


def _mark(row: PaymentPin) -> str:
    """Changes with each PIN, and so ends every link that was sent before."""
    return row.set_at.isoformat()
