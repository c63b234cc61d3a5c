"""Bulk payments: whoever can pay has paid, the others are left out, nobody spoils the batch."""

import pytest
from django.db import transaction

from accounts.models import Profile, User
from accounts.services import people, profiles
from payments.models import LedgerTransaction, Payment
from payments.services import bulk, ledger, refunds
from socialcommerce.lib import clock
from tests.factories.payments import available, escrow_of, give_money

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(mallory: User) -> Profile:
    return profiles.create_store_profile(
        handle="paper", name="Paper", bio="", owner=mallory, now=clock.now()
    )


def charge(payer: Profile, payee: Profile, amount_minor: int, key: str) -> bulk.WalletCharge:
    return bulk.WalletCharge(payer.pk, payee.pk, amount_minor, "USD", f"order:{key}", key)


def pay(*charges: bulk.WalletCharge) -> dict[str, int]:
    with transaction.atomic():
        payables = bulk.prepare(charges)
        return bulk.pay(list(payables.values()), now=clock.now())


def test_those_who_can_pay_have_paid(alice: User, bob: User, store: Profile) -> None:
    give_money(alice.profile, 500)
    paid = pay(charge(alice.profile, store, 300, "a"), charge(bob.profile, store, 300, "b"))
    assert paid.keys() == {"a"}
    payment = Payment.objects.get(pk=paid["a"])
    assert (payment.state, payment.captured_minor) == ("succeeded", 300)
    assert (available(alice.profile), escrow_of(store)) == (200, 300)


def test_the_same_key_again_gives_the_earlier_payment(alice: User, store: Profile) -> None:
    give_money(alice.profile, 500)
    first = pay(charge(alice.profile, store, 300, "a"))
    assert pay(charge(alice.profile, store, 300, "a")) == first
    assert available(alice.profile) == 200


def test_the_same_key_with_another_amount_is_a_conflict(alice: User, store: Profile) -> None:
    give_money(alice.profile, 900)
    pay(charge(alice.profile, store, 300, "a"))
    with pytest.raises(ledger.KeyConflict):
        pay(charge(alice.profile, store, 301, "a"))


def test_a_wallet_pays_as_far_as_it_goes(alice: User, store: Profile) -> None:
    give_money(alice.profile, 500)
    paid = pay(*(charge(alice.profile, store, 200, key) for key in "abc"))
    assert paid.keys() == {"a", "b"}


def test_the_frozen_and_the_closed_are_left_out(alice: User, bob: User, store: Profile) -> None:
    give_money(alice.profile, 500)
    give_money(bob.profile, 500)
    people.freeze(user=alice, now=clock.now())
    people.deactivate(user=bob)
    assert pay(charge(alice.profile, store, 1, "a"), charge(bob.profile, store, 1, "b")) == {}


def test_who_paid_since_it_was_prepared_has_paid_once(alice: User, store: Profile) -> None:
    give_money(alice.profile, 500)
    wanted = charge(alice.profile, store, 300, "a")
    late = bulk.prepare([wanted])
    first = pay(wanted)
    with transaction.atomic():
        assert bulk.pay(list(late.values()), now=clock.now()) == first
    assert (available(alice.profile), escrow_of(store)) == (200, 300)


def test_who_spent_the_money_since_it_was_prepared_pays_nothing(
    alice: User, store: Profile
) -> None:
    give_money(alice.profile, 500)
    late = bulk.prepare([charge(alice.profile, store, 300, "a")])
    pay(charge(alice.profile, store, 400, "b"))
    with transaction.atomic():
        assert bulk.pay(list(late.values()), now=clock.now()) == {}
    assert available(alice.profile) == 100


def test_nothing_to_pay_asks_nothing(django_assert_num_queries: pytest.FixtureRequest) -> None:
    with transaction.atomic(), django_assert_num_queries(0):  # type: ignore[operator]
        assert bulk.pay(list(bulk.prepare([]).values()), now=clock.now()) == {}


@pytest.mark.parametrize("amount_minor", [0, -5])
def test_an_amount_of_nothing_pays_nothing(amount_minor: int, alice: User, store: Profile) -> None:
    give_money(alice.profile, 500)
    assert pay(charge(alice.profile, store, amount_minor, "a")) == {}


def test_each_charge_can_go_back_alone(alice: User, bob: User, store: Profile) -> None:
    give_money(alice.profile, 500)
    give_money(bob.profile, 500)
    paid = pay(charge(alice.profile, store, 100, "a"), charge(bob.profile, store, 100, "b"))
    assert LedgerTransaction.objects.filter(kind="wallet_payment").count() == 2
    with transaction.atomic():
        refunds.issue(payment_id=paid["a"], amount_minor=100, reason="", key="r", now=clock.now())
    assert (available(alice.profile), available(bob.profile)) == (500, 400)


def test_a_batch_of_one_and_of_sixty_take_the_same_statements(
    store: Profile, alice: User, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    payers = [alice.profile]
    for number in range(59):
        person = people.register(
            email=f"p{number}@example.com",
            password="correct-horse-battery",
            handle=f"payer_{number}",
            name="Payer",
            now=clock.now(),
        )
        payers.append(person.profile)
    for payer in payers:
        give_money(payer, 100)
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        assert len(pay(*(charge(payer, store, 50, f"c{payer.pk}") for payer in payers))) == 60
    assert escrow_of(store) == 3_000
