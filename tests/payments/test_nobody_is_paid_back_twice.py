"""A refund and a chargeback of the same payment: whatever comes first, the buyer gets it once."""

import pytest

from accounts.models import User
from payments.models import Payment, Refund
from payments.sandbox.server import Sandbox
from payments.services import refunds
from payments.services.disputing.refusals import ChargedBack
from socialcommerce.lib import clock
from tests.factories import disputes
from tests.factories.payments import (
    available,
    escrow_of,
    give_back,
    give_money,
    open_card_payment,
    owed_by,
    release,
)
from tests.payments.conftest import BindCard

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(alice: User, bob: User, bind: BindCard) -> Payment:
    return disputes.paid(open_card_payment(alice.profile, bob.profile, bind(alice), 1_000))


@pytest.mark.parametrize("to", ["source", "wallet"])
@pytest.mark.parametrize("end", ["", "lost"])
def test_a_refund_after_a_chargeback_is_refused_with_words(
    to: str, end: str, sold: Payment, alice: User, stripe_sandbox: Sandbox
) -> None:
    found = disputes.dispute(stripe_sandbox, sold)
    if end:
        disputes.decide(stripe_sandbox, found, end)
    with pytest.raises(ChargedBack) as refusal:
        give_back(sold, 1, to=to)
    assert "bank has taken this payment back" in str(refusal.value.title)
    assert refusal.value.extra == {"left_minor": 0}
    assert available(alice.profile) == 0
    assert not Refund.objects.exists()


def test_what_the_bank_left_goes_to_the_wallet_and_not_to_the_card(
    sold: Payment, alice: User, stripe_sandbox: Sandbox
) -> None:
    disputes.dispute(stripe_sandbox, sold, amount_minor=400)
    with pytest.raises(ChargedBack) as refusal:
        give_back(sold, 600)
    assert "$6.00" in str(refusal.value.detail)
    give_back(sold, 600, to="wallet")
    assert available(alice.profile) == 600


def test_the_wallets_part_goes_back_to_the_wallet(
    alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox
) -> None:
    give_money(alice.profile, 300)
    opened = open_card_payment(
        alice.profile, bob.profile, bind(alice), 1_000, wallet_part_minor=300
    )
    sold = disputes.paid(opened)
    disputes.dispute(stripe_sandbox, sold)
    (refund,) = give_back(sold, 300)
    assert refund.to == Refund.To.WALLET
    assert available(alice.profile) == 300


def test_after_a_dispute_was_won_refunds_go_to_the_card_again(
    sold: Payment, stripe_sandbox: Sandbox
) -> None:
    disputes.decide(stripe_sandbox, disputes.dispute(stripe_sandbox, sold), "won")
    (refund,) = give_back(sold, 1_000)
    assert refunds.drive(refund_id=refund.pk, now=clock.now()).state == "succeeded"


def test_a_refund_that_meets_a_chargeback_we_have_not_heard_of_fails_and_costs_once(
    sold: Payment, bob: User, stripe_sandbox: Sandbox
) -> None:
    """Stripe refuses it: `charge_disputed`. Our books learn why before they give anything back."""
    give_money(bob.profile, 50)
    (refund,) = give_back(sold, 1_000)
    disputes.begin(stripe_sandbox, sold)
    assert refunds.drive(refund_id=refund.pk, now=clock.now()).state == "failed"
    sold.refresh_from_db()
    (found,) = sold.disputes.all()
    assert (found.excess_minor, found.escrow_minor, sold.refunded_minor) == (0, 1_000, 1_000)
    assert (escrow_of(bob.profile), available(bob.profile), owed_by(bob.profile)) == (0, 50, 0)


def test_the_same_after_release_to_the_cent(
    sold: Payment, bob: User, stripe_sandbox: Sandbox
) -> None:
    release(sold, fee_minor=30)
    (refund,) = give_back(sold, 1_000)
    assert available(bob.profile) == 0
    stripe_id = disputes.begin(stripe_sandbox, sold)
    refunds.drive(refund_id=refund.pk, now=clock.now())
    found = disputes.hear(stripe_id)
    assert (found.excess_minor, found.fee_minor) == (0, 30)
    assert (available(bob.profile), owed_by(bob.profile)) == (0, 0)
    disputes.decide(stripe_sandbox, found, "won")
    assert (available(bob.profile), owed_by(bob.profile)) == (970, 0)


def test_without_an_answer_about_disputes_a_refusal_waits(
    sold: Payment, stripe_sandbox: Sandbox
) -> None:
    (refund,) = give_back(sold, 1_000)
    disputes.begin(stripe_sandbox, sold)
    stripe_sandbox.control("rules", fail_reads_next=20, only_path="/v1/disputes")
    assert refunds.drive(refund_id=refund.pk, now=clock.now()).state == "pending"
    stripe_sandbox.control("rules", fail_reads_next=0)
    assert refunds.drive(refund_id=refund.pk, now=clock.now()).state == "failed"
