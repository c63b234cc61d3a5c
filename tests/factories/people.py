"""People's own money for tests: topped up through the sandbox, a PIN, a standing."""

import itertools
from datetime import timedelta

from accounts.models import Profile, User
from payments.models import CashOut, Instrument, Payment
from payments.services import top_ups
from payments.services.people import cash_outs, pins
from socialcommerce.lib import clock
from tests.conftest import PASSWORD

PIN = "493817"
_numbers = itertools.count(1)


def next_key() -> str:
    return f"people:{next(_numbers)}"


def topped_up(profile: Profile, card: Instrument, amount_minor: int) -> Payment:
    """A top-up that stands, from a card that the sandbox knows."""
    payment = top_ups.begin(
        profile_id=profile.pk,
        amount_minor=amount_minor,
        instrument_id=card.pk,
        key=next_key(),
        now=clock.now(),
    )
    assert payment.state == "succeeded"
    return payment


def with_pin(user: User, pin: str = PIN) -> User:
    pins.set_pin(user=user, pin=pin, password=PASSWORD, now=clock.now())
    return user


def cash_out(user: User, amount_minor: int, *, pin: str = PIN, key: str = "") -> CashOut:
    return cash_outs.ask(
        profile_id=user.profile.pk,
        amount_minor=amount_minor,
        pin=pin,
        key=key or next_key(),
        now=clock.now(),
    )


def joined(profile: Profile, *, days_ago: int) -> None:
    """As if the person had come then."""
    Profile.objects.filter(pk=profile.pk).update(created_at=clock.now() - timedelta(days=days_ago))
