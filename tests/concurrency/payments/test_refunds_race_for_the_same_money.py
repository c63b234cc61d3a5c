"""Refunds, releases and checkouts after the same money at once: each cent goes one way."""

import pytest
from django.db import transaction

from accounts.models import User
from payments.models import Payment
from payments.services import chart, escrow, folding, ledger, refunds
from socialcommerce.lib import clock, guards
from tests.concurrency.payments.threads import at_once, empty_the_books
from tests.factories.payments import (
    available,
    bind_card,
    escrow_of,
    give_money,
    open_card_payment,
    owed_by,
    pay,
    release,
    wallet_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


def refund(payment: Payment, amount_minor: int, key: str) -> None:
    with transaction.atomic():
        refunds.issue(
            payment_id=payment.pk, amount_minor=amount_minor, reason="", key=key, now=clock.now()
        )


def let_go(payment: Payment) -> None:
    escrow.release(payment_id=payment.pk, fee_minor=40, now=clock.now())


def test_a_release_and_a_refund_at_once_share_the_payment(alice: User, bob: User) -> None:
    give_money(alice.profile, 1_000)
    payment = pay(alice.profile, bob.profile, 1_000)
    acts = [lambda: let_go(payment), lambda: refund(payment, 600, "r"), lambda: let_go(payment)]
    results = at_once(acts, held=("payments_payment", payment.pk))
    assert results == [None, None, None]
    payment.refresh_from_db()
    assert (available(alice.profile), escrow_of(bob.profile)) == (600, 0)
    kept = payment.released_minor - payment.clawed_minor + payment.fee_returned_minor
    assert available(bob.profile) == kept


def ten_refunds_of_a_released_payment(alice: User, bob: User) -> list[object]:
    give_money(alice.profile, 1_000)
    payment = pay(alice.profile, bob.profile, 1_000)
    release(payment, fee_minor=100)
    acts = [lambda n=n: refund(payment, 100, f"r{n}") for n in range(10)]
    return at_once(acts, held=("payments_account", wallet_of(bob.profile).pk))


def test_ten_refunds_after_release_take_each_cent_once(alice: User, bob: User) -> None:
    assert ten_refunds_of_a_released_payment(alice, bob) == [None] * 10
    assert (available(alice.profile), available(bob.profile)) == (1_000, 0)
    assert owed_by(bob.profile) == 0


def two_refunds_of_two_payments(alice: User, bob: User, mallory: User) -> list[object]:
    """Each looks into a wallet that holds enough for one of them."""
    give_money(alice.profile, 2_000)
    payments = [pay(alice.profile, bob.profile, 1_000) for _sale in range(2)]
    for payment in payments:
        release(payment)
    pay(bob.profile, mallory.profile, 1_000)
    acts = [lambda one=one: refund(one, 1_000, "all") for one in payments]
    return at_once(acts, held=("payments_account", wallet_of(bob.profile).pk))


def test_two_refunds_never_take_the_same_cents_from_a_wallet(
    alice: User, bob: User, mallory: User
) -> None:
    assert two_refunds_of_two_payments(alice, bob, mallory) == [None, None]
    assert (available(alice.profile), available(bob.profile)) == (2_000, 0)
    assert owed_by(bob.profile) == 1_000


def test_without_the_lock_a_refund_meets_the_floor(alice: User, bob: User, mallory: User) -> None:
    with guards.switched_off("ledger.lock"):
        results = two_refunds_of_two_payments(alice, bob, mallory)
    assert any(isinstance(one, Exception) for one in results)


def two_releases_repay_one_debt(alice: User, bob: User, mallory: User) -> None:
    """Bob owes 1000; two sales of 800 are released at once."""
    give_money(alice.profile, 2_600)
    first, *later = (pay(alice.profile, bob.profile, minor) for minor in (1_000, 800, 800))
    release(first)
    pay(bob.profile, mallory.profile, 1_000)
    refund(first, 1_000, "all")
    folding.fold_some()
    assert owed_by(bob.profile) == 1_000
    debt = chart.receivable(bob.profile.pk, "USD")
    acts = [lambda one=one: release(one) for one in later]
    at_once(acts, held=("payments_account", debt.pk))


def test_two_releases_at_once_repay_a_debt_once(alice: User, bob: User, mallory: User) -> None:
    two_releases_repay_one_debt(alice, bob, mallory)
    assert (owed_by(bob.profile), available(bob.profile)) == (0, 600)


def test_without_the_lock_a_debt_is_repaid_twice(alice: User, bob: User, mallory: User) -> None:
    with guards.switched_off("ledger.lock"):
        two_releases_repay_one_debt(alice, bob, mallory)
    assert owed_by(bob.profile) < 0
    assert [found.kind for found in ledger.verify()] == ["receivable"]
    empty_the_books()


def two_checkouts_with_one_wallet(alice: User, bob: User) -> list[object]:
    """Each wants the same 300 beside its card."""
    give_money(alice.profile, 300)
    card = bind_card(alice.profile)
    acts = [
        lambda: open_card_payment(alice.profile, bob.profile, card, 1_000, wallet_part_minor=300)
    ] * 2
    return at_once(acts, held=("payments_account", wallet_of(alice.profile).pk))


def test_two_checkouts_never_set_the_same_money_aside(alice: User, bob: User) -> None:
    results = two_checkouts_with_one_wallet(alice, bob)
    assert sum(isinstance(one, Payment) for one in results) == 1
    assert sum(isinstance(one, ledger.InsufficientFunds) for one in results) == 1
    assert Payment.objects.count() == 1
    assert available(alice.profile) == 0


def test_without_the_lock_both_set_it_aside_or_meet_the_floor(alice: User, bob: User) -> None:
    with guards.switched_off("ledger.lock"), guards.switched_off("velocity.lock"):
        results = two_checkouts_with_one_wallet(alice, bob)
    assert not any(isinstance(one, ledger.InsufficientFunds) for one in results)
