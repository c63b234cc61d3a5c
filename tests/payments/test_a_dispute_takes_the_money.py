"""A chargeback takes the money from where it is by then; winning puts it back there."""

import pytest

from accounts.models import User
from payments.models import AccountKind, Payment
from payments.sandbox.server import Sandbox
from payments.services import refunds
from socialcommerce.lib import clock
from tests.factories import disputes
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
def sold(alice: User, bob: User, bind: BindCard) -> Payment:
    """Alice paid Bob 1000 by card; they stand in escrow."""
    return disputes.paid(open_card_payment(alice.profile, bob.profile, bind(alice), 1_000))


def test_out_of_escrow_while_it_stands_there(
    sold: Payment, bob: User, stripe_sandbox: Sandbox
) -> None:
    found = disputes.dispute(stripe_sandbox, sold)
    assert (found.state, found.taken_minor, found.escrow_minor) == ("needs_response", 1_000, 1_000)
    assert (escrow_of(bob.profile), available(bob.profile), owed_by(bob.profile)) == (0, 0, 0)
    sold.refresh_from_db()
    assert (sold.refunded_minor, sold.clawed_minor) == (1_000, 0)


def test_what_stripe_takes_for_it_is_the_sites_cost(sold: Payment, stripe_sandbox: Sandbox) -> None:
    found = disputes.dispute(stripe_sandbox, sold)
    assert found.cost_minor == disputes.FEE
    assert balance_of(AccountKind.COSTS) == -disputes.FEE
    assert balance_of(AccountKind.CLEARING) == disputes.FEE  # that much is missing at Stripe
    disputes.decide(stripe_sandbox, found, "won")
    assert balance_of(AccountKind.COSTS) == -disputes.FEE


def test_after_release_from_fee_wallet_and_then_owed(
    sold: Payment, bob: User, mallory: User, stripe_sandbox: Sandbox
) -> None:
    release(sold, fee_minor=30)
    pay(bob.profile, mallory.profile, 900)
    found = disputes.dispute(stripe_sandbox, sold)
    assert (found.escrow_minor, found.fee_minor) == (0, 30)
    assert balance_of(AccountKind.FEES) == 0
    assert (available(bob.profile), owed_by(bob.profile)) == (0, 900)


def test_won_it_is_back_where_it_came_from_and_debts_are_repaid_first(
    sold: Payment, bob: User, mallory: User, stripe_sandbox: Sandbox
) -> None:
    release(sold, fee_minor=30)
    pay(bob.profile, mallory.profile, 900)
    found = disputes.decide(stripe_sandbox, disputes.dispute(stripe_sandbox, sold), "won")
    assert found.state == "won"
    assert (available(bob.profile), owed_by(bob.profile)) == (70, 0)
    assert balance_of(AccountKind.FEES) == 30
    sold.refresh_from_db()
    assert (sold.refunded_minor, sold.clawed_minor, sold.fee_returned_minor) == (0, 0, 0)


def test_won_before_release_it_stands_in_escrow_again(
    sold: Payment, bob: User, stripe_sandbox: Sandbox
) -> None:
    disputes.decide(stripe_sandbox, disputes.dispute(stripe_sandbox, sold), "won")
    assert escrow_of(bob.profile) == 1_000


def test_lost_it_stays_with_the_buyer(sold: Payment, bob: User, stripe_sandbox: Sandbox) -> None:
    found = disputes.decide(stripe_sandbox, disputes.dispute(stripe_sandbox, sold), "lost")
    assert (found.state, found.is_away) == ("lost", True)
    assert found.closed_at is not None
    assert escrow_of(bob.profile) == 0


def test_only_the_disputed_part_is_taken(sold: Payment, bob: User, stripe_sandbox: Sandbox) -> None:
    disputes.dispute(stripe_sandbox, sold, amount_minor=400)
    assert escrow_of(bob.profile) == 600
    release(sold, fee_minor=18)
    assert available(bob.profile) == 582


def test_a_refund_before_it_lessens_what_is_disputed(
    sold: Payment, bob: User, stripe_sandbox: Sandbox
) -> None:
    (refund,) = give_back(sold, 300)
    refunds.drive(refund_id=refund.pk, now=clock.now())
    found = disputes.dispute(stripe_sandbox, sold)
    assert (found.amount_minor, found.excess_minor) == (700, 0)
    assert (escrow_of(bob.profile), available(bob.profile), owed_by(bob.profile)) == (0, 0, 0)


def test_what_a_bank_takes_although_it_was_given_back_leaves_the_payee(
    sold: Payment, alice: User, bob: User, stripe_sandbox: Sandbox
) -> None:
    give_money(bob.profile, 200)
    give_back(sold, 300, to="wallet")  # Stripe knows nothing of it
    found = disputes.dispute(stripe_sandbox, sold)
    assert (found.amount_minor, found.excess_minor) == (1_000, 300)
    assert available(alice.profile) == 300
    assert (escrow_of(bob.profile), available(bob.profile), owed_by(bob.profile)) == (0, 0, 100)
    disputes.decide(stripe_sandbox, found, "won")
    assert (escrow_of(bob.profile), available(bob.profile), owed_by(bob.profile)) == (700, 200, 0)


def test_an_inquiry_moves_nothing_until_the_bank_wants_the_money(
    sold: Payment, bob: User, stripe_sandbox: Sandbox
) -> None:
    found = disputes.dispute(stripe_sandbox, sold, inquiry=True)
    assert (found.state, found.taken_minor, escrow_of(bob.profile)) == ("inquiry", 0, 1_000)
    found = disputes.decide(stripe_sandbox, found, "needs_response")
    assert (found.state, found.taken_minor, escrow_of(bob.profile)) == ("needs_response", 1_000, 0)


def test_an_inquiry_that_ends_costs_nothing(
    sold: Payment, bob: User, stripe_sandbox: Sandbox
) -> None:
    found = disputes.dispute(stripe_sandbox, sold, inquiry=True)
    found = disputes.decide(stripe_sandbox, found, "won")
    assert (found.state, escrow_of(bob.profile)) == ("closed", 1_000)
    assert balance_of(AccountKind.COSTS) == 0


def test_the_wallets_part_of_a_payment_is_no_banks_to_take(
    alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox
) -> None:
    give_money(alice.profile, 300)
    opened = open_card_payment(
        alice.profile, bob.profile, bind(alice), 1_000, wallet_part_minor=300
    )
    found = disputes.dispute(stripe_sandbox, disputes.paid(opened))
    assert found.amount_minor == 700
    assert escrow_of(bob.profile) == 300
