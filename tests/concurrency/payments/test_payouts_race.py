"""Two runs at once, a payout beside a payment: held with the guard, lost without it."""

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import Profile, User
from payments.gateway.client import client as stripe_client
from payments.models import Account, MerchantTerms, Payout, Reserve
from payments.sandbox.server import Sandbox
from payments.services import (
    escrow,
    ledger,
    merchant_terms,
    payout_drives,
    payouts,
    refunds,
    reserves,
)
from socialcommerce.lib import clock, guards
from tests.concurrency.payments.threads import at_once, without_constraint
from tests.factories.accounts import StoreProfileFactory
from tests.factories.merchants import due, fund_the_site, onboarded, ready_account
from tests.factories.payments import (
    available,
    give_money,
    owed_by,
    pay,
    release,
    wallet_of,
)
from tests.payments.sandbox_fixture import stripe_sandbox, stripe_sandbox_server

__all__ = ["stripe_sandbox", "stripe_sandbox_server"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def store(bob: User) -> Profile:
    profile = StoreProfileFactory.create(owner=bob)
    ready_account(profile)
    give_money(profile, 8_000)
    due(profile, now=clock.now())
    return profile


def run() -> int:
    return payouts.run(now=clock.now(), limit=10)


def run_then_earn_then_run(store: Profile) -> list[object]:
    """The second run has read its list before the first is through; money comes in between."""
    terms_id = MerchantTerms.objects.get(profile=store).pk
    now = clock.now()
    today = MerchantTerms.objects.get(pk=terms_id).next_run_on
    assert today is not None

    def late() -> object:
        give_money(store, 5_000)
        return payouts._run_one(terms_id, today, now)

    return [run(), late()]


def test_of_six_runs_at_once_one_pays(store: Profile) -> None:
    results = at_once([run] * 6, held=("payments_account", wallet_of(store).pk))
    assert sorted(str(one) for one in results) == ["0"] * 5 + ["1"]
    assert (Payout.objects.count(), available(store)) == (1, 0)


def test_a_run_that_comes_late_leaves_what_came_in_since(store: Profile) -> None:
    assert run_then_earn_then_run(store) == [1, False]
    assert (Payout.objects.count(), available(store)) == (1, 5_000)


def test_without_guard_and_constraint_the_day_is_paid_twice(store: Profile) -> None:
    with (
        without_constraint("payments_payout", "payments_payout_once_a_day"),
        guards.switched_off("payouts.once"),
    ):
        assert run_then_earn_then_run(store) == [1, True]
        assert Payout.objects.filter(payee=store).count() == 2
        Payout.objects.all().delete()


def test_asked_for_five_times_at_once_it_is_one(store: Profile) -> None:
    def ask() -> object:
        return payouts.ask(profile_id=store.pk, now=clock.now())

    results = at_once([ask] * 5, held=("payments_merchantterms", store.merchant_terms.pk))
    assert sum(isinstance(one, Payout) for one in results) == 1
    assert sum(isinstance(one, payouts.NoPayout) for one in results) == 4


def payout_and_payment(store: Profile, alice: User) -> list[object]:
    """Both want all that is in the wallet."""

    def spend() -> object:
        return pay(store, alice.profile, 8_000)

    return at_once([run, spend], held=("payments_account", wallet_of(store).pk))


@pytest.fixture
def wallet_of_a_person(alice: User) -> Profile:
    """A payee that may pay as well: a person who sells."""
    ready_account(alice.profile)
    give_money(alice.profile, 8_000)
    due(alice.profile, now=clock.now())
    return alice.profile


def test_a_payout_and_a_payment_never_both_take_the_same_money(
    wallet_of_a_person: Profile, bob: User
) -> None:
    paid_out, spent = payout_and_payment(wallet_of_a_person, bob)
    assert available(wallet_of_a_person) == 0
    assert (paid_out == 1) == isinstance(spent, ledger.InsufficientFunds)


def test_without_the_lock_the_same_money_goes_twice(wallet_of_a_person: Profile, bob: User) -> None:
    with (
        without_constraint("payments_account", "payments_account_floor"),
        guards.switched_off("ledger.lock"),
    ):
        paid_out, _spent = payout_and_payment(wallet_of_a_person, bob)
        assert paid_out == 1
        assert Account.objects.get(pk=wallet_of(wallet_of_a_person).pk).posted_minor == -8_000
        Payout.objects.all().delete()


def payout_and_refund(alice: User, store: Profile) -> list[object]:
    """A sale of 80.00 was released and goes to the bank while its buyer gets it back."""
    give_money(alice.profile, 8_000)
    payment = pay(alice.profile, store, 8_000)
    release(payment)

    def give_back() -> None:
        with transaction.atomic():
            refunds.issue(
                payment_id=payment.pk, amount_minor=8_000, reason="", key="r", now=clock.now()
            )

    return at_once([run, give_back], held=("payments_account", wallet_of(store).pk))


@pytest.fixture
def empty_store(bob: User) -> Profile:
    profile = StoreProfileFactory.create(owner=bob)
    ready_account(profile)
    due(profile, now=clock.now())
    return profile


def test_a_payout_and_a_refund_at_once_lose_no_cent(alice: User, empty_store: Profile) -> None:
    """Whoever is first has the wallet's money; what the refund finds missing the store owes."""
    paid_out, given_back = payout_and_refund(alice, empty_store)
    assert given_back is None
    assert (available(alice.profile), available(empty_store)) == (8_000, 0)
    assert owed_by(empty_store) == (8_000 if paid_out == 1 else 0)


def test_without_the_lock_refund_and_payout_take_the_same_money(
    alice: User, empty_store: Profile
) -> None:
    with (
        without_constraint("payments_account", "payments_account_floor"),
        guards.switched_off("ledger.lock"),
    ):
        assert payout_and_refund(alice, empty_store) == [1, None]
        assert Account.objects.get(pk=wallet_of(empty_store).pk).posted_minor == -8_000
        Payout.objects.all().delete()


def test_driven_from_five_sides_it_is_sent_once(bob: User, stripe_sandbox: Sandbox) -> None:
    profile = StoreProfileFactory.create(owner=bob)
    account = onboarded(profile, stripe_sandbox)
    give_money(profile, 8_000)
    fund_the_site(50_000)
    payout = payouts.ask(profile_id=profile.pk, now=clock.now())
    at_once([lambda: payout_drives.drive(payout_id=payout.pk, now=clock.now())] * 5)
    later = clock.now() + timedelta(minutes=1)
    assert payout_drives.drive(payout_id=payout.pk, now=later).state == "sent"
    options = {"stripe_account": account.stripe_id or ""}
    assert len(stripe_client().v1.payouts.list({}, options).data) == 1


def test_a_reserve_is_freed_once_by_however_many(alice: User, store: Profile) -> None:
    merchant_terms.welcome(profile_id=store.pk, now=clock.now())
    give_money(alice.profile, 1_000)
    payment = pay(alice.profile, store, 1_000)
    with transaction.atomic():
        escrow.release(payment_id=payment.pk, fee_minor=0, now=clock.now())
    then = clock.now() + timedelta(days=31)
    results = at_once([lambda: reserves.free_due(now=then, limit=5)] * 4)
    assert sum(one for one in results if isinstance(one, int)) == 1
    assert (Reserve.objects.filter(released_at=None).count(), available(store)) == (0, 9_000)
