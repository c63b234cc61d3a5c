"""One payment, two sources: the wallet's part waits for the card and goes only with it."""

from datetime import timedelta

import pytest

from accounts.models import User
from payments.models import Hold, Instrument, LedgerTransaction, Payment, Refund
from payments.payment_states import PaymentState
from payments.refund_states import RefundState
from payments.sandbox.server import Sandbox
from payments.services import charges, holds, ledger, refunds, sweeps
from socialcommerce.lib import clock
from tests.factories.payments import (
    available,
    escrow_of,
    give_back,
    give_money,
    open_card_payment,
    pay,
    release,
)
from tests.payments.conftest import BindCard
from tests.payments.sandbox_fixture import answer_bank

pytestmark = pytest.mark.django_db
DECLINED = "4000000000000341"  # binds, then declines
WANTS_3DS = "4000000000003220"


@pytest.fixture
def card(alice: User, bind: BindCard) -> Instrument:
    give_money(alice.profile, 300)
    return bind(alice)


def split(alice: User, bob: User, card: Instrument, part_minor: int = 300) -> Payment:
    """1000, of which the wallet pays a part."""
    return open_card_payment(alice.profile, bob.profile, card, 1_000, wallet_part_minor=part_minor)


def drive(payment: Payment) -> Payment:
    return charges.drive(payment_id=payment.pk, now=clock.now())


def test_the_wallets_part_is_set_aside_at_once(alice: User, bob: User, card: Instrument) -> None:
    split(alice, bob, card)
    assert (available(alice.profile), escrow_of(bob.profile)) == (0, 0)


def test_both_parts_arrive_together(
    alice: User, bob: User, card: Instrument, stripe_sandbox: Sandbox
) -> None:
    payment = drive(split(alice, bob, card))
    assert (payment.state, payment.captured_minor) == (PaymentState.SUCCEEDED, 1_000)
    assert (available(alice.profile), escrow_of(bob.profile)) == (0, 1_000)
    legs = LedgerTransaction.objects.filter(memo=payment.reference).values_list(
        "kind", "transfers__amount_minor"
    )
    assert sorted(legs) == [("card_payment", 700), ("wallet_payment", 300)]
    drive(payment)
    assert escrow_of(bob.profile) == 1_000


def test_a_declined_card_frees_the_wallet_at_once(
    alice: User, bob: User, bind: BindCard, card: Instrument
) -> None:
    payment = drive(split(alice, bob, bind(alice, DECLINED)))
    assert payment.state == PaymentState.REQUIRES_METHOD
    assert available(alice.profile) == 300
    payment = charges.retry(payment_id=payment.pk, instrument_id=card.pk, now=clock.now())
    assert payment.state == PaymentState.SUCCEEDED
    assert (available(alice.profile), escrow_of(bob.profile)) == (0, 1_000)
    assert list(Hold.objects.order_by("pk").values_list("state", flat=True)) == [
        "voided",
        "posted",
    ]


def test_another_try_needs_the_wallets_part_again(
    alice: User, bob: User, mallory: User, bind: BindCard, card: Instrument
) -> None:
    payment = drive(split(alice, bob, bind(alice, DECLINED)))
    pay(alice.profile, mallory.profile, 100)
    with pytest.raises(ledger.InsufficientFunds):
        charges.retry(payment_id=payment.pk, instrument_id=card.pk, now=clock.now())
    payment.refresh_from_db()
    assert (payment.state, payment.attempt) == (PaymentState.REQUIRES_METHOD, 1)


def test_the_bank_may_want_to_see_the_person_first(
    alice: User, bob: User, bind: BindCard, card: Instrument
) -> None:
    payment = drive(split(alice, bob, bind(alice, WANTS_3DS)))
    assert (payment.state, available(alice.profile)) == (PaymentState.REQUIRES_ACTION, 0)
    answer_bank(payment.next_action_url)
    assert drive(payment).state == PaymentState.SUCCEEDED
    assert escrow_of(bob.profile) == 1_000


def test_a_proof_that_fails_frees_the_wallet_at_once(
    alice: User, bob: User, bind: BindCard, card: Instrument
) -> None:
    payment = drive(split(alice, bob, bind(alice, WANTS_3DS)))
    answer_bank(payment.next_action_url, "fail")
    assert drive(payment).state == PaymentState.REQUIRES_METHOD
    assert (available(alice.profile), escrow_of(bob.profile)) == (300, 0)


def test_a_payment_that_dies_frees_the_wallet(
    alice: User, bob: User, bind: BindCard, card: Instrument
) -> None:
    payment = drive(split(alice, bob, bind(alice, WANTS_3DS)))
    sweeps.drive_stuck(now=clock.now() + timedelta(minutes=20), limit=10)
    payment.refresh_from_db()
    assert (payment.state, available(alice.profile)) == (PaymentState.CANCELLED, 300)


def test_what_stripe_never_heard_of_frees_the_wallet(
    alice: User, bob: User, card: Instrument
) -> None:
    charges.cancel(payment_id=split(alice, bob, card).pk, now=clock.now())
    assert available(alice.profile) == 300


def test_a_part_that_is_gone_is_flagged_and_nothing_is_booked(
    alice: User, bob: User, card: Instrument
) -> None:
    """It cannot go while the payment lives; should it, the card's money is not booked alone."""
    payment = split(alice, bob, card)
    holds.void(hold_id=Hold.objects.get().pk, now=clock.now())
    payment = drive(payment)
    assert "not set aside any more" in payment.flag
    assert (available(alice.profile), escrow_of(bob.profile)) == (300, 0)


@pytest.mark.parametrize("part_minor", [-1, 951, 1_000, 1_001, 2**62])
def test_a_part_that_leaves_no_payment_for_the_card_is_refused(
    part_minor: int, alice: User, bob: User, card: Instrument
) -> None:
    give_money(alice.profile, 5_000)
    with pytest.raises(charges.BadPayment):
        split(alice, bob, card, part_minor)


def test_more_than_the_wallet_has_is_refused(alice: User, bob: User, card: Instrument) -> None:
    with pytest.raises(ledger.InsufficientFunds):
        split(alice, bob, card, 301)
    assert not Payment.objects.exists()


def test_it_goes_back_to_the_card_first(alice: User, bob: User, card: Instrument) -> None:
    payment = drive(split(alice, bob, card))
    (to_card,) = give_back(payment, 600)
    assert to_card.to == Refund.To.CARD
    rest = give_back(payment, 400)
    assert [(one.to, one.amount_minor) for one in rest] == [("card", 100), ("wallet", 300)]
    for refund in [to_card, *rest]:
        refunds.drive(refund_id=refund.pk, now=clock.now())
    assert {one.state for one in Refund.objects.all()} == {RefundState.SUCCEEDED.value}
    assert (available(alice.profile), escrow_of(bob.profile)) == (300, 0)


def test_the_same_key_gives_both_parts_back_once(alice: User, bob: User, card: Instrument) -> None:
    payment = drive(split(alice, bob, card))
    assert give_back(payment, 1_000, key="all") == give_back(payment, 1_000, key="all")
    with pytest.raises(ledger.KeyConflict):
        give_back(payment, 999, key="all")
    assert Refund.objects.count() == 2


def test_all_of_it_may_go_to_the_wallet(alice: User, bob: User, card: Instrument) -> None:
    payment = drive(split(alice, bob, card))
    give_back(payment, 1_000, to="wallet")
    assert available(alice.profile) == 1_000


def test_both_parts_come_back_after_release(alice: User, bob: User, card: Instrument) -> None:
    payment = drive(split(alice, bob, card))
    release(payment, fee_minor=30)
    card_refund, wallet_refund = give_back(payment, 1_000)
    assert (card_refund.clawed_minor, wallet_refund.clawed_minor) == (700, 300)
    assert card_refund.fee_minor + wallet_refund.fee_minor == 30
    assert (available(alice.profile), available(bob.profile)) == (300, 0)
