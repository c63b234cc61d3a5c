"""Races over one wallet, one key, one payment: held with the guard, lost without it."""

import pytest
from django.db import IntegrityError, OperationalError, transaction

from accounts.models import User
from payments.models import Account, LedgerTransaction, Payment
from payments.services import ledger, refunds
from socialcommerce.lib import clock, guards
from tests.concurrency.payments.threads import at_once, without_constraint
from tests.factories.payments import available, give_money, pay, wallet_of

pytestmark = pytest.mark.django_db(transaction=True)


class Debit:
    """One transfer of an amount, in a transaction of its own."""

    def __init__(self, source: Account, goal: Account, amount_minor: int, key: str) -> None:
        self.leg = ledger.Leg(source.pk, goal.pk, amount_minor)
        self.key = key

    def __call__(self) -> int:
        with transaction.atomic():
            return ledger.post(
                kind="race", scope="race", key=self.key, legs=[self.leg], now=clock.now()
            ).pk


def ten_debits_of_everything(alice: User, bob: User) -> list[object]:
    give_money(alice.profile, 1_000)
    source, goal = wallet_of(alice.profile), wallet_of(bob.profile)
    debits = [Debit(source, goal, 1_000, f"debit:{n}") for n in range(10)]
    return at_once(debits, held=("payments_account", source.pk))


def test_of_ten_debits_of_the_whole_balance_one_succeeds(alice: User, bob: User) -> None:
    results = ten_debits_of_everything(alice, bob)
    refused = [one for one in results if isinstance(one, ledger.InsufficientFunds)]
    assert len(refused) == 9
    assert (available(alice.profile), available(bob.profile)) == (0, 1_000)


def test_without_the_lock_the_constraint_still_holds(alice: User, bob: User) -> None:
    with guards.switched_off("ledger.lock"):
        results = ten_debits_of_everything(alice, bob)
    assert sum(isinstance(one, IntegrityError) for one in results) == 9
    assert available(alice.profile) == 0


def test_without_lock_and_constraint_the_balance_is_spent_ten_times(alice: User, bob: User) -> None:
    with (
        without_constraint("payments_account", "payments_account_floor"),
        guards.switched_off("ledger.lock"),
    ):
        results = ten_debits_of_everything(alice, bob)
        assert all(isinstance(one, int) for one in results)
        assert available(alice.profile) == -9_000


def there_and_back(alice: User, bob: User, count: int) -> list[object]:
    give_money(alice.profile, 10_000)
    give_money(bob.profile, 10_000)
    mine, theirs = wallet_of(alice.profile), wallet_of(bob.profile)
    debits = [
        Debit(*((mine, theirs) if n % 2 else (theirs, mine)), 1, f"cross:{n}") for n in range(count)
    ]
    results: list[object] = []
    for start in range(0, count, 10):
        results += at_once(debits[start : start + 10])
    return results


def test_a_to_b_and_b_to_a_by_the_hundred_never_deadlock(alice: User, bob: User) -> None:
    results = there_and_back(alice, bob, 200)
    assert all(isinstance(one, int) for one in results)
    assert (available(alice.profile), available(bob.profile)) == (10_000, 10_000)


def test_without_the_lock_order_they_deadlock(alice: User, bob: User) -> None:
    with guards.switched_off("ledger.lock_order"):
        for _round in range(20):
            if any(isinstance(one, OperationalError) for one in crossing(alice, bob)):
                return
    pytest.fail("No deadlock: the test does not prove what the lock order is for.")


def crossing(alice: User, bob: User) -> list[object]:
    """Both directions with a pause between the first lock and the second: the row is held."""
    give_money(alice.profile, 100)
    give_money(bob.profile, 100)
    mine, theirs = wallet_of(alice.profile), wallet_of(bob.profile)
    number = LedgerTransaction.objects.count()
    debits = [
        Debit(*((mine, theirs) if n % 2 else (theirs, mine)), 1, f"cross:{number}:{n}")
        for n in range(10)
    ]
    return at_once(debits)


def the_same_key_twenty_times(alice: User, bob: User) -> list[object]:
    give_money(alice.profile, 1_000)
    source, goal = wallet_of(alice.profile), wallet_of(bob.profile)
    return at_once([Debit(source, goal, 10, "same")] * 20, held=("payments_account", source.pk))


def test_the_same_key_twenty_times_at_once_moves_once(alice: User, bob: User) -> None:
    results = the_same_key_twenty_times(alice, bob)
    assert len(set(results)) == 1
    assert available(bob.profile) == 10


def test_without_the_unique_key_it_moves_twenty_times(alice: User, bob: User) -> None:
    with without_constraint("payments_ledgertransaction", "payments_transaction_key"):
        the_same_key_twenty_times(alice, bob)
        assert available(bob.profile) == 200


def two_refunds_of_60_on_100(alice: User, bob: User) -> tuple[list[object], Payment]:
    give_money(alice.profile, 200)
    payment = pay(alice.profile, bob.profile, 100)
    pay(alice.profile, bob.profile, 100)  # other money in escrow, which a breach would give away

    def refund(key: str) -> int:
        with transaction.atomic():
            return refunds.issue(
                payment_id=payment.pk, amount_minor=60, reason="race", key=key, now=clock.now()
            )[0].pk

    acts = [lambda: refund("one"), lambda: refund("two")]
    results = at_once(acts, held=("payments_payment", payment.pk))
    payment.refresh_from_db()
    return results, payment


def test_of_two_refunds_of_60_on_100_one_succeeds(alice: User, bob: User) -> None:
    results, payment = two_refunds_of_60_on_100(alice, bob)
    assert sum(isinstance(one, refunds.NotRefundable) for one in results) == 1
    assert (payment.refunded_minor, available(alice.profile)) == (60, 60)


def test_without_the_guard_more_is_refunded_than_was_paid(alice: User, bob: User) -> None:
    with (
        without_constraint("payments_payment", "payments_payment_given"),
        guards.switched_off("refunds.guard"),
    ):
        _results, payment = two_refunds_of_60_on_100(alice, bob)
        assert payment.refunded_minor == 120


def test_no_guard_is_switched_off_outside_tests(settings: pytest.FixtureRequest) -> None:
    settings.TESTING = False  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError), guards.switched_off("ledger.lock"):
        pytest.fail("It was switched off.")
