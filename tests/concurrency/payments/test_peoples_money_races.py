"""One person in several tabs at once: limits, tries and closing hold; without a guard they fall."""

import threading
from typing import Final

import pytest
from django.db import connections, transaction

from accounts.models import User
from payments.gateway.client import client as stripe_client
from payments.models import CashOut
from payments.services import charges, top_ups
from payments.services.people import closing, pins
from socialcommerce.lib import clock, faultpoints, guards
from tests.concurrency.payments.threads import at_once
from tests.factories import people as make
from tests.factories.payments import available, bind_card, give_money, wallet_of
from tests.payments.conftest import BindCard, bind
from tests.payments.sandbox_fixture import stripe_sandbox, stripe_sandbox_server

__all__ = ["bind", "stripe_sandbox", "stripe_sandbox_server"]

PATIENCE_SECONDS: Final = 1.5  # a rival that is locked out waits longer than this
pytestmark = pytest.mark.django_db(transaction=True)


def pay(payer: User, payee: User, amount_minor: int, key: str) -> None:
    with transaction.atomic():
        charges.pay_from_wallet(
            payer_id=payer.profile.pk,
            payee_id=payee.profile.pk,
            amount_minor=amount_minor,
            currency="USD",
            reference="test:race",
            key=key,
            now=clock.now(),
        )


def two_payments_that_pass_the_limit(alice: User, bob: User) -> list[object]:
    """Each is two thirds of what a new person may spend in a day; both have looked before either
    has paid.
    """
    give_money(alice.profile, 1_000_000)
    acts = [lambda key=key: pay(alice, bob, 200_000, key) for key in ("a", "b")]
    return at_once(acts, held=("payments_account", wallet_of(alice.profile).pk))


def test_two_payments_at_once_do_not_pass_the_limit(alice: User, bob: User) -> None:
    results = two_payments_that_pass_the_limit(alice, bob)
    assert sorted(type(one).__name__ for one in results) == ["LimitReached", "NoneType"]
    assert available(alice.profile) == 800_000


def test_without_the_lock_two_payments_pass_the_limit(alice: User, bob: User) -> None:
    with guards.switched_off("velocity.lock"):
        assert two_payments_that_pass_the_limit(alice, bob) == [None, None]
    assert available(alice.profile) == 600_000


def guesses(alice: User) -> list[str]:
    """What twelve wrong guesses at once hear."""
    make.with_pin(alice)
    acts = [lambda n=n: guess(alice, f"77490{n % 10}") for n in range(12)]
    results = at_once(acts, held=("payments_paymentpin", alice.profile.payment_pin.pk))
    return sorted(str(one) for one in results)


def guess(user: User, pin: str) -> str:
    try:
        pins.confirm(profile_id=user.profile.pk, pin=pin, now=clock.now())
    except (pins.PinWrong, pins.PinLocked) as refused:
        return "looked at" if isinstance(refused, pins.PinWrong) else refused.code
    return "right"


def test_of_twelve_guesses_at_once_five_are_looked_at(alice: User) -> None:
    heard = guesses(alice)
    # The last of the five hears at once that it was the last.
    assert (heard.count("looked at"), heard.count("pin-locked")) == (4, 8)


def test_without_the_guard_all_twelve_are_looked_at(alice: User) -> None:
    with guards.switched_off("pins.tries"):
        guesses(alice)
    assert alice.profile.payment_pin.tries == 0
    alice.profile.payment_pin.refresh_from_db()
    assert alice.profile.payment_pin.tries == 12


def cash_out(user: User, amount_minor: int, key: str) -> None:
    make.cash_out(user, amount_minor, key=key)


def two_cash_outs_that_pass_the_limit(alice: User, bind: BindCard) -> list[object]:
    """Each is more than half of what a new person may cash out in a day."""
    top_up = make.topped_up(alice.profile, bind(alice), 100_000)
    make.with_pin(alice)
    acts = [lambda key=key: cash_out(alice, 30_000, key) for key in ("a", "b")]
    return at_once(acts, held=("payments_payment", top_up.pk))


def test_two_cash_outs_at_once_do_not_pass_the_limit(alice: User, bind: BindCard) -> None:
    results = two_cash_outs_that_pass_the_limit(alice, bind)
    assert sorted(type(one).__name__ for one in results) == ["LimitReached", "NoneType"]
    assert available(alice.profile) == 70_000


def test_without_the_lock_two_cash_outs_pass_the_limit(alice: User, bind: BindCard) -> None:
    with guards.switched_off("velocity.lock"):
        assert two_cash_outs_that_pass_the_limit(alice, bind) == [None, None]
    assert available(alice.profile) == 40_000


def test_five_cash_outs_of_everything_take_it_once(alice: User, bind: BindCard) -> None:
    make.topped_up(alice.profile, bind(alice), 1_000)
    make.with_pin(alice)
    acts = [lambda n=n: cash_out(alice, 1_000, f"k{n}") for n in range(5)]
    results = at_once(acts, held=("accounts_profile", alice.profile.pk))
    assert sorted(type(one).__name__ for one in results) == ["InsufficientFunds"] * 4 + ["NoneType"]
    assert CashOut.objects.get().state == "paid"


def test_the_same_cash_out_five_times_at_once_is_one(alice: User, bind: BindCard) -> None:
    make.topped_up(alice.profile, bind(alice), 1_000)
    make.with_pin(alice)
    results = at_once([lambda: cash_out(alice, 400, "one form")] * 5)
    assert results == [None] * 5
    assert available(alice.profile) == 600
    (sent,) = stripe_client().v1.refunds.list().data
    assert sent.amount == 400


def close_while_somebody_tops_up(user: User) -> list[str]:
    """What the two hear. The top-up begins when the closing has found nothing in its way; nobody
    listens at Stripe's address, so it stays under way.
    """
    card = bind_card(user.profile)
    heard: list[str] = []

    def top_up() -> None:
        try:
            top_ups.begin(
                profile_id=user.profile.pk,
                amount_minor=1_000,
                instrument_id=card.pk,
                key="race",
                now=clock.now(),
            )
            heard.append("under way")
        except closing.WalletClosed:
            heard.append("refused")
        finally:
            connections.close_all()

    rival = threading.Thread(target=top_up)

    def begin() -> None:
        rival.start()
        rival.join(timeout=PATIENCE_SECONDS)

    with faultpoints.planned("nothing stands in the way", begin):
        closing.close(profile_id=user.profile.pk, now=clock.now())
    rival.join(timeout=30)
    return heard


def test_a_top_up_that_begins_while_the_wallet_is_closed_is_refused(alice: User) -> None:
    assert close_while_somebody_tops_up(alice) == ["refused"]


def test_without_the_lock_a_closed_wallet_is_topped_up(alice: User) -> None:
    with guards.switched_off("velocity.lock"):
        assert close_while_somebody_tops_up(alice) == ["under way"]
