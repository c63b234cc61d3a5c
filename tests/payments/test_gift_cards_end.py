"""What is left on a gift card that ends goes back to whoever paid for it."""

from datetime import timedelta

import pytest

from accounts.models import User
from payments.models import AccountKind, GiftCard
from payments.services import charges
from payments.services.gift_cards import codes, ending
from socialcommerce.lib import clock
from tests.factories.gift_cards import buy_gift_card, give_gift_card, left_on
from tests.factories.payments import (
    available,
    balance_of,
    bind_card,
    give_back,
    give_money,
    open_card_payment,
)
from tests.payments.test_gift_cards_pay_first import pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def bought(alice: User, bob: User) -> GiftCard:
    """Of 20.00, from Alice for Bob."""
    give_money(alice.profile, 2_000)
    return buy_gift_card(alice.profile, 2_000, handle="bob")


def end(card: GiftCard, *, days: int = 0) -> int:
    """The sweep runs so many days after the card's time."""
    return ending.end_due(now=card.expires_at + timedelta(days=days, seconds=1), limit=10)


def state_of(card: GiftCard) -> str:
    card.refresh_from_db()
    return card.state


def test_after_its_time_the_buyer_has_the_rest(
    bought: GiftCard, alice: User, bob: User, mallory: User
) -> None:
    pay(bob, mallory, bought, 500, total=500)
    assert ending.end_due(now=clock.now(), limit=10) == 0
    assert end(bought) == 1
    assert (state_of(bought), left_on(bought), available(alice.profile)) == ("expired", 0, 1_500)
    assert end(bought) == 0


def test_what_the_site_gave_is_its_own_again(alice: User) -> None:
    card = give_gift_card(alice, 1_500)
    end(card)
    assert (left_on(card), balance_of(AccountKind.MARKETING)) == (0, 0)


def test_an_operator_ends_one_with_a_reason(bought: GiftCard, alice: User) -> None:
    assert ending.revoke(card_id=bought.pk, reason="paid by theft", now=clock.now()) == 2_000
    assert (state_of(bought), bought.reason) == ("revoked", "paid by theft")
    assert available(alice.profile) == 2_000
    with pytest.raises(codes.GiftCardEnded):
        ending.revoke(card_id=bought.pk, reason="again", now=clock.now())


def test_what_is_set_aside_is_left_to_its_payment(
    bought: GiftCard, alice: User, bob: User, mallory: User
) -> None:
    card = bind_card(bob.profile)
    payment = open_card_payment(bob.profile, mallory.profile, card, 1_000, gift=(bought.pk, 800))
    assert ending.revoke(card_id=bought.pk, reason="by mistake", now=clock.now()) == 1_200
    assert ending.end_due(now=clock.now(), limit=10) == 0
    charges.cancel(payment_id=payment.pk, now=clock.now())
    assert ending.end_due(now=clock.now(), limit=10) == 1
    assert (left_on(bought), available(alice.profile)) == (0, 2_000)


def test_what_comes_back_after_its_time_can_be_spent_again(
    bought: GiftCard, alice: User, bob: User, mallory: User
) -> None:
    payment = pay(bob, mallory, bought, 500, total=500)
    end(bought)
    give_back(payment, 500)
    assert (state_of(bought), left_on(bought)) == ("active", 500)
    assert ending.end_due(now=clock.now(), limit=10) == 0
    assert end(bought, days=91) == 1
    assert (left_on(bought), available(alice.profile)) == (0, 2_000)


def test_what_comes_back_can_be_spent_for_a_while(
    bought: GiftCard, bob: User, mallory: User
) -> None:
    payment = pay(bob, mallory, bought, 500, total=500)
    GiftCard.objects.filter(pk=bought.pk).update(expires_at=clock.now() + timedelta(days=1))
    give_back(payment, 500)
    bought.refresh_from_db()
    assert bought.expires_at > clock.now() + timedelta(days=89)


def test_what_comes_back_to_a_revoked_one_goes_to_who_paid(
    bought: GiftCard, alice: User, bob: User, mallory: User
) -> None:
    payment = pay(bob, mallory, bought, 500, total=500)
    ending.revoke(card_id=bought.pk, reason="paid by theft", now=clock.now())
    give_back(payment, 500)
    assert state_of(bought) == "revoked"
    assert ending.end_due(now=clock.now(), limit=10) == 1
    assert (left_on(bought), available(alice.profile)) == (0, 2_000)
