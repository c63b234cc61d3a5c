"""Holds posted and voided in bulk: each once, each under its own key, in a few statements."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import User
from payments.models import Hold, LedgerTransaction
from payments.services import hold_batches, holds
from socialcommerce.lib import clock
from tests.factories import payments as money
from tests.factories.accounts import ProfileFactory

pytestmark = pytest.mark.django_db


def place(count: int, *, minutes: int = 60) -> list[Hold]:
    """One hold of 1 on a wallet of 10 for each of so many people."""
    found = []
    for _person in range(count):
        profile = ProfileFactory.create()
        money.give_money(profile, 10)
        with transaction.atomic():
            found.append(
                holds.place(
                    account_id=money.wallet_of(profile).pk,
                    amount_minor=1,
                    key=f"many:{profile.pk}",
                    expires_at=clock.now() + timedelta(minutes=minutes),
                    now=clock.now(),
                )
            )
    return found


def balances(found: list[Hold]) -> set[tuple[int, int]]:
    rows = Hold.objects.filter(pk__in=[hold.pk for hold in found])
    return set(rows.values_list("account__posted_minor", "account__held_minor"))


def test_posted_money_has_moved_once_and_voided_money_is_free(alice: User) -> None:
    taken, freed = place(3), place(2)
    store = money.wallet_of(alice.profile)
    for _again in range(2):
        with transaction.atomic():
            targets = {hold.pk: store.pk for hold in taken}
            posted = hold_batches.post_many(targets, kind="pass", now=clock.now())
            voided = hold_batches.void_many([hold.pk for hold in freed], now=clock.now())
    assert (posted, voided) == (set(), set())
    assert balances(taken) == {(9, 0)}
    assert balances(freed) == {(10, 0)}
    store.refresh_from_db()
    assert store.posted_minor == 3
    assert LedgerTransaction.objects.filter(scope="hold", kind="pass").count() == 3
    states = Hold.objects.filter(pk__in=[hold.pk for hold in taken + freed])
    assert sorted(states.values_list("state", flat=True)) == ["posted"] * 3 + ["voided"] * 2


def test_a_hold_whose_time_is_over_is_left_for_the_sweep(alice: User) -> None:
    (late,) = place(1, minutes=-1)
    with transaction.atomic():
        targets = {late.pk: money.wallet_of(alice.profile).pk}
        assert hold_batches.post_many(targets, kind="pass", now=clock.now()) == set()
    assert balances([late]) == {(10, 1)}
    assert holds.void_expired(now=clock.now()) == 1


def test_a_hundred_take_as_many_statements_as_one(
    alice: User, django_assert_max_num_queries: Callable[..., object]
) -> None:
    store = money.wallet_of(alice.profile).pk
    for count in (1, 40):
        found = place(count)
        with django_assert_max_num_queries(16), transaction.atomic():
            targets = {hold.pk: store for hold in found}
            assert len(hold_batches.post_many(targets, kind="pass", now=clock.now())) == count


@pytest.mark.django_db(transaction=True)
def test_it_joins_a_transaction_or_refuses() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        hold_batches.void_many([1], now=clock.now())
