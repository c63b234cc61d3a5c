"""Two-phase money: aside, then taken or free, each once."""

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import User
from payments.hold_states import HoldState
from payments.models import Hold
from payments.services import holds, ledger, wallets
from socialcommerce.lib import clock
from tests.factories.payments import available, give_money, wallet_of

pytestmark = pytest.mark.django_db


def place(user: User, amount_minor: int, *, key: str = "h", seconds: int = 60) -> Hold:
    now = clock.now()
    with transaction.atomic():
        return holds.place(
            account_id=wallet_of(user.profile).pk,
            amount_minor=amount_minor,
            key=key,
            expires_at=now + timedelta(seconds=seconds),
            now=now,
        )


def test_money_set_aside_cannot_be_spent(alice: User, bob: User) -> None:
    give_money(alice.profile, 100)
    place(alice, 70)
    balance = wallets.balance(profile_id=alice.profile.pk)
    assert (balance.posted_minor, balance.held_minor, balance.available_minor) == (100, 70, 30)
    with pytest.raises(ledger.InsufficientFunds):
        place(alice, 31, key="more")
    leg = ledger.Leg(wallet_of(alice.profile).pk, wallet_of(bob.profile).pk, 31)
    with pytest.raises(ledger.InsufficientFunds), transaction.atomic():
        ledger.post(kind="t", scope="t", key="t", legs=[leg], now=clock.now())


def test_the_same_key_sets_aside_once(alice: User) -> None:
    give_money(alice.profile, 100)
    assert place(alice, 70) == place(alice, 70)
    with pytest.raises(ledger.KeyConflict):
        place(alice, 69)
    assert available(alice.profile) == 30


def test_a_hold_is_posted_once(alice: User, bob: User) -> None:
    give_money(alice.profile, 100)
    hold = place(alice, 70)
    goal = wallet_of(bob.profile).pk
    with transaction.atomic():
        posted = holds.post(hold_id=hold.pk, to_account_id=goal, kind="t", now=clock.now())
    assert (posted.state, available(alice.profile), available(bob.profile)) == ("posted", 30, 70)
    with pytest.raises(holds.HoldResolved), transaction.atomic():
        holds.post(hold_id=hold.pk, to_account_id=goal, kind="t", now=clock.now())
    with pytest.raises(holds.HoldResolved), transaction.atomic():
        holds.void(hold_id=hold.pk, now=clock.now())


def test_a_hold_past_its_time_is_not_posted_and_the_sweep_frees_it(alice: User, bob: User) -> None:
    give_money(alice.profile, 100)
    late, young = place(alice, 40, key="late", seconds=-1), place(alice, 10, key="young")
    with pytest.raises(holds.HoldResolved), transaction.atomic():
        holds.post(
            hold_id=late.pk, to_account_id=wallet_of(bob.profile).pk, kind="t", now=clock.now()
        )
    assert holds.void_expired(now=clock.now()) == 1
    states = dict(Hold.objects.values_list("key", "state"))
    assert states == {"late": HoldState.VOIDED, "young": HoldState.PENDING}
    assert available(alice.profile) == 90
    assert young.amount_minor == 10
