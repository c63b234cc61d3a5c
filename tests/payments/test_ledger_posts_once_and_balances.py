"""The writer of the books: balanced, idempotent, never below a floor."""

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from accounts.models import User
from payments.models import Account, AccountKind, LedgerTransaction, Transfer
from payments.services import chart, folding, ledger, wallets
from socialcommerce.lib import clock
from tests.factories.payments import available, give_money, site_account, wallet_of

pytestmark = pytest.mark.django_db


def post(*legs: ledger.Leg, key: str = "k", scope: str = "test") -> LedgerTransaction:
    with transaction.atomic():
        return ledger.post(kind="test", scope=scope, key=key, legs=legs, now=clock.now())


def test_a_movement_leaves_one_account_and_reaches_the_other(alice: User, bob: User) -> None:
    give_money(alice.profile, 1_000)
    post(ledger.Leg(wallet_of(alice.profile).pk, wallet_of(bob.profile).pk, 300))
    assert (available(alice.profile), available(bob.profile)) == (700, 300)


def test_the_same_key_and_body_again_moves_nothing(alice: User, bob: User) -> None:
    give_money(alice.profile, 1_000)
    leg = ledger.Leg(wallet_of(alice.profile).pk, wallet_of(bob.profile).pk, 300)
    assert post(leg) == post(leg)
    assert available(bob.profile) == 300


def test_the_same_key_with_another_body_is_a_conflict(alice: User, bob: User) -> None:
    give_money(alice.profile, 1_000)
    ids = wallet_of(alice.profile).pk, wallet_of(bob.profile).pk
    post(ledger.Leg(*ids, 300))
    with pytest.raises(ledger.KeyConflict):
        post(ledger.Leg(*ids, 301))
    assert available(bob.profile) == 300


def test_nobody_goes_below_the_floor(alice: User, bob: User) -> None:
    give_money(alice.profile, 1_000)
    with pytest.raises(ledger.InsufficientFunds) as refusal:
        post(ledger.Leg(wallet_of(alice.profile).pk, wallet_of(bob.profile).pk, 1_001))
    assert refusal.value.extra == {"short_minor": 1}
    assert Transfer.objects.count() == 1
    assert not LedgerTransaction.objects.filter(scope="test").exists()


@pytest.mark.parametrize("amount_minor", [0, -1, 10**30])
def test_an_amount_out_of_range_is_refused(amount_minor: int, alice: User, bob: User) -> None:
    with pytest.raises(ledger.BadEntry):
        post(ledger.Leg(wallet_of(alice.profile).pk, wallet_of(bob.profile).pk, amount_minor))


def test_currencies_do_not_cross(alice: User, bob: User) -> None:
    give_money(alice.profile, 1_000)
    yen = chart.wallet(bob.profile.pk, "JPY")
    with pytest.raises(ledger.BadEntry):
        post(ledger.Leg(wallet_of(alice.profile).pk, yen.pk, 100))


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_every_currency_has_books_of_its_own(currency: str, alice: User, bob: User) -> None:
    mine, theirs = (chart.wallet(user.profile.pk, currency) for user in (alice, bob))
    post(ledger.Leg(chart.equity(currency).pk, mine.pk, 500), key="in")
    post(ledger.Leg(mine.pk, theirs.pk, 123), key="over")
    assert Account.objects.get(pk=theirs.pk).posted_minor == 123


def test_an_account_without_a_floor_accrues_and_folds(alice: User) -> None:
    equity = site_account(AccountKind.EQUITY)
    give_money(alice.profile, 100)
    give_money(alice.profile, 200)
    assert Account.objects.get(pk=equity.pk).posted_minor == 0
    assert equity.accruals.count() == 2
    assert folding.fold_some() == 1
    assert Account.objects.get(pk=equity.pk).posted_minor == -300
    assert equity.accruals.count() == 0


def test_a_debit_against_a_floor_folds_what_came_in(alice: User, bob: User) -> None:
    give_money(alice.profile, 500)
    escrow = chart.escrow(bob.profile.pk, "USD")
    post(ledger.Leg(wallet_of(alice.profile).pk, escrow.pk, 500), key="in")
    with pytest.raises(ledger.InsufficientFunds):
        post(ledger.Leg(escrow.pk, wallet_of(alice.profile).pk, 501), key="too much")
    post(ledger.Leg(escrow.pk, wallet_of(alice.profile).pk, 500), key="back")
    escrow.refresh_from_db()
    assert (escrow.posted_minor, available(alice.profile)) == (0, 500)
    post(ledger.Leg(wallet_of(alice.profile).pk, escrow.pk, 500), key="again")
    post(ledger.Leg(escrow.pk, wallet_of(alice.profile).pk, 500), key="and back")


def test_a_reversal_gives_back_once(alice: User, bob: User) -> None:
    give_money(alice.profile, 1_000)
    booked = post(ledger.Leg(wallet_of(alice.profile).pk, wallet_of(bob.profile).pk, 300))
    for _repeat in range(2):
        with transaction.atomic():
            ledger.reverse(booked, key="undo", now=clock.now())
    assert (available(alice.profile), available(bob.profile)) == (1_000, 0)
    with pytest.raises(ledger.AlreadyReversed), transaction.atomic():
        ledger.reverse(booked, key="undo twice", now=clock.now())


def test_hundreds_of_entries_take_as_many_statements_as_one(
    alice: User, bob: User, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    give_money(alice.profile, 1_000)
    leg = ledger.Leg(wallet_of(alice.profile).pk, wallet_of(bob.profile).pk, 2)
    entries = [ledger.Entry("test", "test", f"many:{n}", (leg,)) for n in range(300)]
    with django_assert_max_num_queries(10), transaction.atomic():  # type: ignore[operator]
        assert len(ledger.post_many(entries, now=clock.now())) == 300
    assert (available(alice.profile), available(bob.profile)) == (400, 600)


def test_a_batch_is_booked_whole_or_not_at_all(alice: User, bob: User) -> None:
    give_money(alice.profile, 3)
    leg = ledger.Leg(wallet_of(alice.profile).pk, wallet_of(bob.profile).pk, 2)
    entries = [ledger.Entry("test", "test", f"two:{n}", (leg,)) for n in range(2)]
    with pytest.raises(ledger.InsufficientFunds), transaction.atomic():
        ledger.post_many(entries, now=clock.now())
    assert available(bob.profile) == 0


def test_a_key_twice_in_one_batch_is_one_fact(alice: User, bob: User) -> None:
    give_money(alice.profile, 10)
    leg = ledger.Leg(wallet_of(alice.profile).pk, wallet_of(bob.profile).pk, 2)
    with transaction.atomic():
        ledger.post_many([ledger.Entry("test", "test", "same", (leg,))] * 2, now=clock.now())
    assert available(bob.profile) == 2


@pytest.mark.django_db(transaction=True)
def test_posting_wants_a_transaction(alice: User, bob: User) -> None:
    leg = ledger.Leg(wallet_of(alice.profile).pk, wallet_of(bob.profile).pk, 1)
    with pytest.raises(TransactionManagementError):
        ledger.post(kind="test", scope="test", key="bare", legs=[leg], now=clock.now())


def test_money_is_granted_once_for_a_key(alice: User) -> None:
    for _repeat in range(2):
        wallets.grant(profile_id=alice.profile.pk, amount_minor=50, key="gift", now=clock.now())
    assert available(alice.profile) == 50
