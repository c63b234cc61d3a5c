"""A gift card pays before the wallet, the wallet before the card; back it goes the other way."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction

from accounts.models import User
from payments.models import GiftCard, Hold, LedgerTransaction, Payment
from payments.payment_states import PaymentState
from payments.refund_states import RefundState
from payments.sandbox.server import Sandbox
from payments.services import charges, ledger, refunds
from payments.services.gift_cards import codes, ending
from socialcommerce.lib import clock
from tests.factories import disputes
from tests.factories.gift_cards import give_gift_card, left_on
from tests.factories.payments import (
    available,
    bind_card,
    escrow_of,
    give_back,
    give_money,
    open_card_payment,
    release,
)
from tests.payments.conftest import BindCard

pytestmark = pytest.mark.django_db
DECLINED = "4000000000000341"


@pytest.fixture
def gift(alice: User) -> GiftCard:
    """Of 5.00, Alice's."""
    return give_gift_card(alice, 500)


def pay(alice: User, bob: User, gift: GiftCard, gift_minor: int, total: int = 1_000) -> Payment:
    """The rest from the wallet."""
    with transaction.atomic():
        return charges.pay_from_wallet(
            payer_id=alice.profile.pk,
            payee_id=bob.profile.pk,
            amount_minor=total,
            currency="USD",
            reference="test:gift",
            key=f"{gift_minor}",
            now=clock.now(),
            gift_card_id=gift.pk,
            gift_part_minor=gift_minor,
        )


def test_it_pays_all_where_it_has_enough(alice: User, bob: User, gift: GiftCard) -> None:
    payment = pay(alice, bob, gift, 400, total=400)
    assert (payment.method, payment.state) == ("gift_card", PaymentState.SUCCEEDED)
    assert (left_on(gift), escrow_of(bob.profile)) == (100, 400)


def test_the_wallet_pays_the_rest(alice: User, bob: User, gift: GiftCard) -> None:
    give_money(alice.profile, 700)
    payment = pay(alice, bob, gift, 500)
    assert (payment.method, left_on(gift)) == ("wallet", 0)
    assert (available(alice.profile), escrow_of(bob.profile)) == (200, 1_000)
    booked = LedgerTransaction.objects.get(scope="payment", key=str(payment.pk))
    assert booked.transfers.count() == 2


def test_nothing_moves_where_the_wallet_has_too_little(
    alice: User, bob: User, gift: GiftCard
) -> None:
    give_money(alice.profile, 499)
    with pytest.raises(ledger.InsufficientFunds):
        pay(alice, bob, gift, 500)
    assert (left_on(gift), available(alice.profile)) == (500, 499)


def test_more_than_is_on_it_is_refused(alice: User, bob: User, gift: GiftCard) -> None:
    with pytest.raises(ledger.InsufficientFunds):
        pay(alice, bob, gift, 501, total=501)


def test_all_three_pay_together(
    alice: User, bob: User, gift: GiftCard, bind: BindCard, stripe_sandbox: Sandbox
) -> None:
    give_money(alice.profile, 200)
    payment = open_card_payment(
        alice.profile, bob.profile, bind(alice), 1_000, wallet_part_minor=200, gift=(gift.pk, 500)
    )
    assert (payment.card_part_minor, left_on(gift), available(alice.profile)) == (300, 0, 0)
    payment = charges.drive(payment_id=payment.pk, now=clock.now())
    assert (payment.state, escrow_of(bob.profile)) == (PaymentState.SUCCEEDED, 1_000)
    charges.drive(payment_id=payment.pk, now=clock.now())
    legs = LedgerTransaction.objects.filter(memo=payment.reference).values_list(
        "kind", "transfers__amount_minor"
    )
    assert sorted(legs) == [
        ("card_payment", 300),
        ("gift_card_payment", 500),
        ("wallet_payment", 200),
    ]


def test_a_declined_card_frees_both_parts_and_another_takes_them(
    alice: User, bob: User, gift: GiftCard, bind: BindCard
) -> None:
    give_money(alice.profile, 200)
    payment = open_card_payment(
        alice.profile,
        bob.profile,
        bind(alice, DECLINED),
        1_000,
        wallet_part_minor=200,
        gift=(gift.pk, 500),
    )
    payment = charges.drive(payment_id=payment.pk, now=clock.now())
    assert (left_on(gift), available(alice.profile)) == (500, 200)
    payment = charges.retry(payment_id=payment.pk, instrument_id=bind(alice).pk, now=clock.now())
    assert (payment.state, left_on(gift), available(alice.profile)) == ("succeeded", 0, 0)
    states = Hold.objects.order_by("pk").values_list("state", flat=True)
    assert sorted(states) == ["posted", "posted", "voided", "voided"]


def test_a_card_that_was_revoked_meanwhile_is_not_tried_again(
    alice: User, bob: User, gift: GiftCard, bind: BindCard
) -> None:
    card = bind(alice, DECLINED)
    payment = open_card_payment(alice.profile, bob.profile, card, 1_000, gift=(gift.pk, 500))
    charges.drive(payment_id=payment.pk, now=clock.now())
    ending.revoke(card_id=gift.pk, reason="by mistake", now=clock.now())
    with pytest.raises(codes.GiftCardEnded):
        charges.retry(payment_id=payment.pk, instrument_id=bind(alice).pk, now=clock.now())


@pytest.mark.parametrize("part_minor", [-1, 951, 1_001, 2**62])
def test_a_part_that_leaves_too_little_for_a_card_is_refused(
    part_minor: int, alice: User, bob: User
) -> None:
    gift = give_gift_card(alice, 5_000)
    with pytest.raises(charges.BadPayment):
        pay(alice, bob, gift, part_minor)
    card = bind_card(alice.profile)
    with pytest.raises(charges.BadPayment):
        open_card_payment(alice.profile, bob.profile, card, 1_000, gift=(gift.pk, part_minor))


def test_wallet_and_gift_card_leave_enough_for_the_card(
    alice: User, bob: User, gift: GiftCard
) -> None:
    give_money(alice.profile, 1_000)
    card = bind_card(alice.profile)
    with pytest.raises(charges.BadPayment):
        open_card_payment(
            alice.profile, bob.profile, card, 1_000, wallet_part_minor=451, gift=(gift.pk, 500)
        )


def test_somebody_elses_is_not_found(alice: User, bob: User, mallory: User, gift: GiftCard) -> None:
    with pytest.raises(codes.NoSuchGiftCard):
        pay(mallory, bob, gift, 400, total=400)
    with pytest.raises(codes.NoSuchGiftCard):
        open_card_payment(
            mallory.profile, bob.profile, bind_card(mallory.profile), 1_000, gift=(gift.pk, 500)
        )
    assert not Payment.objects.exists()


def test_after_its_time_it_pays_nothing(alice: User, bob: User, gift: GiftCard) -> None:
    with (
        time_machine.travel(gift.expires_at + timedelta(seconds=1), tick=False),
        pytest.raises(codes.GiftCardEnded),
    ):
        pay(alice, bob, gift, 400, total=400)


def test_it_goes_back_to_the_card_the_wallet_and_the_gift_card_last(
    alice: User, bob: User, gift: GiftCard, bind: BindCard
) -> None:
    give_money(alice.profile, 200)
    payment = open_card_payment(
        alice.profile, bob.profile, bind(alice), 1_000, wallet_part_minor=200, gift=(gift.pk, 500)
    )
    payment = charges.drive(payment_id=payment.pk, now=clock.now())
    said = [(one.to, one.amount_minor) for one in give_back(payment, 400)]
    assert said == [("card", 300), ("wallet", 100)]
    rest = give_back(payment, 600)
    assert [(one.to, one.amount_minor) for one in rest] == [("wallet", 100), ("gift_card", 500)]
    assert (left_on(gift), available(alice.profile), escrow_of(bob.profile)) == (500, 200, 0)
    assert rest[-1].state == RefundState.SUCCEEDED


def test_what_it_paid_never_becomes_money_of_the_wallet(
    alice: User, bob: User, gift: GiftCard
) -> None:
    give_money(alice.profile, 500)
    payment = pay(alice, bob, gift, 500)
    give_back(payment, 1_000, to="wallet")
    assert (left_on(gift), available(alice.profile)) == (500, 500)
    with pytest.raises(refunds.NotRefundable):
        give_back(payment, 1)


def test_after_release_it_comes_from_the_payee_as_any_refund(
    alice: User, bob: User, gift: GiftCard
) -> None:
    payment = pay(alice, bob, gift, 400, total=400)
    release(payment, fee_minor=40)
    (refund,) = give_back(payment, 400)
    assert (refund.clawed_minor, refund.fee_minor) == (400, 40)
    assert (left_on(gift), available(bob.profile)) == (500, 0)


def test_a_failed_refund_to_the_card_goes_to_the_wallet_and_leaves_the_gift_card_its_part(
    alice: User, bob: User, gift: GiftCard, bind: BindCard
) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind(alice), 1_000, gift=(gift.pk, 500))
    payment = charges.drive(payment_id=payment.pk, now=clock.now())
    (to_card,) = give_back(payment, 500)
    refunds.apply(refund_id=to_card.pk, state=RefundState.FAILED, reason="closed", now=clock.now())
    said = [(one.to, one.amount_minor) for one in give_back(payment, 1_000, to="wallet")]
    assert said == [("wallet", 500), ("gift_card", 500)]


@pytest.mark.parametrize("to_wallet_minor", [0, 300])
def test_what_a_bank_took_leaves_the_gift_card_what_is_left(
    to_wallet_minor: int,
    alice: User,
    bob: User,
    gift: GiftCard,
    bind: BindCard,
    stripe_sandbox: Sandbox,
) -> None:
    payment = disputes.paid(
        open_card_payment(alice.profile, bob.profile, bind(alice), 1_000, gift=(gift.pk, 500))
    )
    if to_wallet_minor:
        give_back(payment, to_wallet_minor, to="wallet")
    disputes.dispute(stripe_sandbox, payment)
    left_minor = 500 - to_wallet_minor
    said = [(one.to, one.amount_minor) for one in give_back(payment, left_minor, to="wallet")]
    assert said == [("gift_card", left_minor)]
    assert (left_on(gift), available(alice.profile)) == (left_minor, to_wallet_minor)
