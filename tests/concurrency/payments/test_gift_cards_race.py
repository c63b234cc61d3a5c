"""Codes and balances of gift cards at once: one holder, and no cent twice."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from payments.models import GiftCard, Payment
from payments.services import charges, ledger
from payments.services.gift_cards import codes, ending
from socialcommerce.lib import clock, guards
from tests.concurrency.payments.threads import at_once
from tests.factories.gift_cards import buy_gift_card, give_gift_card, left_on
from tests.factories.payments import (
    available,
    bind_card,
    escrow_of,
    give_money,
    open_card_payment,
)

pytestmark = pytest.mark.django_db(transaction=True)


def two_put_the_code_in(alice: User, bob: User, mallory: User) -> list[object]:
    give_money(alice.profile, 2_000)
    card = buy_gift_card(alice.profile, 2_000)
    code = codes.show(card_id=card.pk, buyer_id=alice.profile.pk)
    acts = [
        lambda who=who: codes.claim(code=code, profile_id=who.profile.pk, now=clock.now())
        for who in (bob, mallory)
    ]
    return at_once(acts, held=("payments_giftcard", card.pk))


def test_two_put_the_code_in_and_one_has_the_card(alice: User, bob: User, mallory: User) -> None:
    results = two_put_the_code_in(alice, bob, mallory)
    assert sum(isinstance(one, GiftCard) for one in results) == 1
    assert sum(isinstance(one, codes.NoSuchGiftCard) for one in results) == 1


def test_without_the_guard_only_the_database_keeps_the_holder(
    alice: User, bob: User, mallory: User
) -> None:
    with guards.switched_off("gift_cards.claim"):
        results = two_put_the_code_in(alice, bob, mallory)
    assert not any(isinstance(one, codes.NoSuchGiftCard) for one in results)
    assert sum(isinstance(one, GiftCard) for one in results) == 1


def pay(alice: User, bob: User, card: GiftCard, key: str) -> Payment:
    with transaction.atomic():
        return charges.pay_from_wallet(
            payer_id=alice.profile.pk,
            payee_id=bob.profile.pk,
            amount_minor=800,
            currency="USD",
            reference=f"test:{key}",
            key=key,
            now=clock.now(),
            gift_card_id=card.pk,
            gift_part_minor=800,
        )


def ten_payments_of_one_card(alice: User, bob: User) -> tuple[GiftCard, list[object]]:
    card = give_gift_card(alice, 2_000)
    acts = [lambda n=n: pay(alice, bob, card, f"k{n}") for n in range(10)]
    return card, at_once(acts, held=("payments_account", card.account_id))


def test_ten_payments_at_once_take_what_is_there(alice: User, bob: User) -> None:
    card, results = ten_payments_of_one_card(alice, bob)
    assert sum(isinstance(one, Payment) for one in results) == 2
    assert sum(isinstance(one, ledger.InsufficientFunds) for one in results) == 8
    assert (left_on(card), escrow_of(bob.profile)) == (400, 1_600)


def test_without_the_lock_the_floor_is_met(alice: User, bob: User) -> None:
    with guards.switched_off("ledger.lock"), guards.switched_off("velocity.lock"):
        _card, results = ten_payments_of_one_card(alice, bob)
    assert any(isinstance(one, IntegrityError) for one in results)
    assert sum(isinstance(one, Payment) for one in results) == 2


def test_a_payment_and_the_end_share_the_card(alice: User, bob: User) -> None:
    give_money(alice.profile, 2_000)
    card = buy_gift_card(alice.profile, 2_000, handle="bob")
    instrument = bind_card(bob.profile)
    acts = [
        lambda: open_card_payment(
            bob.profile, alice.profile, instrument, 1_000, gift=(card.pk, 800)
        ),
        lambda: ending.revoke(card_id=card.pk, reason="", now=clock.now()),
    ]
    payment, returned = at_once(acts, held=("payments_account", card.account_id))
    set_aside = 800 if isinstance(payment, Payment) else 0
    assert returned == 2_000 - set_aside
    assert available(alice.profile) == returned
    card.account.refresh_from_db()
    assert (card.account.posted_minor, card.account.held_minor) == (set_aside, set_aside)
