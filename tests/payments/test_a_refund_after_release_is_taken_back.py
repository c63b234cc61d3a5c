"""What was paid out comes back: the fee in proportion, then the payee's wallet, then a debt."""

import pytest

from accounts.models import User
from payments.models import AccountKind, Payment, Refund
from payments.refund_states import RefundState
from payments.services import charges, refunds
from socialcommerce.lib import clock
from tests.factories.payments import (
    available,
    balance_of,
    escrow_of,
    give_back,
    give_money,
    open_card_payment,
    owed_by,
    pay,
    release,
)
from tests.payments.conftest import BindCard

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(alice: User, bob: User) -> Payment:
    """Alice paid Bob 1000; he has 970 of it and the site 30."""
    give_money(alice.profile, 1_000)
    payment = pay(alice.profile, bob.profile, 1_000)
    release(payment, fee_minor=30)
    return payment


def test_all_of_it_comes_back_with_the_whole_fee(sold: Payment, alice: User, bob: User) -> None:
    (refund,) = give_back(sold, 1_000)
    assert (refund.clawed_minor, refund.fee_minor) == (1_000, 30)
    assert (available(alice.profile), available(bob.profile)) == (1_000, 0)
    assert (balance_of(AccountKind.FEES), owed_by(bob.profile)) == (0, 0)


def test_a_part_brings_its_share_of_the_fee(sold: Payment, alice: User, bob: User) -> None:
    give_back(sold, 500)
    assert (available(alice.profile), available(bob.profile)) == (500, 485)
    assert balance_of(AccountKind.FEES) == 15


@pytest.mark.parametrize("parts", [[1] * 100, [333, 333, 334], [7, 993], [999, 1]])
def test_many_parts_cost_what_one_refund_costs(
    parts: list[int], sold: Payment, alice: User, bob: User
) -> None:
    for part in parts:
        give_back(sold, part)
    sold.refresh_from_db()
    exact = sum(parts) * 30 / 1_000
    assert abs(sold.fee_returned_minor - exact) <= 0.5
    assert balance_of(AccountKind.FEES) == 30 - sold.fee_returned_minor
    assert available(alice.profile) == sum(parts)
    assert available(bob.profile) == 970 - sum(parts) + sold.fee_returned_minor


def test_not_a_cent_more_than_was_paid(sold: Payment) -> None:
    give_back(sold, 400)
    with pytest.raises(refunds.NotRefundable) as refusal:
        give_back(sold, 601)
    assert refusal.value.extra == {"left_minor": 600}


def test_what_the_payee_has_spent_is_owed(
    sold: Payment, alice: User, bob: User, mallory: User
) -> None:
    pay(bob.profile, mallory.profile, 900)
    give_back(sold, 1_000)
    assert available(alice.profile) == 1_000
    assert (available(bob.profile), owed_by(bob.profile)) == (0, 900)


def test_a_debt_is_repaid_out_of_later_sales(
    sold: Payment, alice: User, bob: User, mallory: User
) -> None:
    pay(bob.profile, mallory.profile, 970)
    give_back(sold, 1_000)
    for _sale in range(2):
        release(pay(alice.profile, bob.profile, 500), fee_minor=15)
    assert (owed_by(bob.profile), available(bob.profile)) == (0, 0)
    give_money(alice.profile, 100)
    release(pay(alice.profile, bob.profile, 100), fee_minor=3)
    assert available(bob.profile) == 97


def test_what_is_set_aside_in_the_wallet_stays_there(
    sold: Payment, bob: User, mallory: User, bind: BindCard
) -> None:
    open_card_payment(bob.profile, mallory.profile, bind(bob), 1_000, wallet_part_minor=950)
    give_back(sold, 500)
    assert (available(bob.profile), owed_by(bob.profile)) == (0, 465)


def test_escrow_is_emptied_before_anybody_is_asked(alice: User, bob: User) -> None:
    give_money(alice.profile, 1_000)
    payment = pay(alice.profile, bob.profile, 1_000)
    give_back(payment, 100)
    release(payment, fee_minor=27)
    assert available(bob.profile) == 873
    (refund,) = give_back(payment, 900)
    assert (refund.clawed_minor, refund.fee_minor) == (900, 27)
    assert (escrow_of(bob.profile), available(bob.profile)) == (0, 0)


def test_a_card_that_does_not_take_it_gives_it_back_to_whom_it_came_from(
    alice: User, bob: User, mallory: User, bind: BindCard
) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind(alice), 1_000)
    charges.drive(payment_id=payment.pk, now=clock.now())
    release(payment, fee_minor=30)
    pay(bob.profile, mallory.profile, 900)
    (refund,) = give_back(payment, 1_000)
    assert (available(bob.profile), owed_by(bob.profile)) == (0, 900)
    refunds.apply(refund_id=refund.pk, state=RefundState.FAILED, reason="closed", now=clock.now())
    assert (available(bob.profile), owed_by(bob.profile)) == (70, 0)
    assert balance_of(AccountKind.FEES) == 30
    payment.refresh_from_db()
    assert (payment.refunded_minor, payment.clawed_minor, payment.fee_returned_minor) == (0, 0, 0)
    give_back(payment, 1_000, to="wallet")
    assert available(alice.profile) == 1_000


def test_nothing_is_released_twice_after_a_refund(sold: Payment, bob: User) -> None:
    give_back(sold, 400)
    release(sold, fee_minor=0)
    assert available(bob.profile) == 970 - 388
    assert Refund.objects.get().clawed_minor == 400
