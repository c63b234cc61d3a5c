"""Its code is shown once and kept as a hash; whoever puts it in first has the card."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.models import User
from payments.models import GiftCard
from payments.services.gift_cards import codes, ending
from socialcommerce.lib import clock
from tests.factories.gift_cards import buy_gift_card
from tests.factories.payments import give_money

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(alice: User) -> GiftCard:
    """Alice has bought it to hand on."""
    give_money(alice.profile, 2_000)
    return buy_gift_card(alice.profile, 2_000)


def code_of(card: GiftCard) -> str:
    assert card.buyer_id is not None
    return codes.show(card_id=card.pk, buyer_id=card.buyer_id)


def claim(code: str, person: User) -> GiftCard:
    return codes.claim(code=code, profile_id=person.profile.pk, now=clock.now())


def test_only_a_hash_and_the_last_letters_are_kept(card: GiftCard) -> None:
    code = code_of(card)
    card.refresh_from_db()
    assert card.code_end == code[-4:]
    letters = code.replace("-", "")
    row = str(GiftCard.objects.filter(pk=card.pk).values().get())
    assert letters not in row
    assert code not in row


def test_whoever_puts_it_in_first_has_the_card(card: GiftCard, bob: User, mallory: User) -> None:
    code = code_of(card)
    assert claim(code.lower().replace("-", " "), bob).holder_id == bob.profile.pk
    with pytest.raises(codes.NoSuchGiftCard):
        claim(code, mallory)
    assert claim(code, bob).pk == card.pk


def test_a_new_code_takes_the_place_of_the_earlier(card: GiftCard, bob: User) -> None:
    earlier, newer = code_of(card), code_of(card)
    with pytest.raises(codes.NoSuchGiftCard):
        claim(earlier, bob)
    assert claim(newer, bob).pk == card.pk


def test_nobody_else_gets_a_code(card: GiftCard, mallory: User) -> None:
    with pytest.raises(codes.NoSuchGiftCard):
        codes.show(card_id=card.pk, buyer_id=mallory.profile.pk)


def test_a_card_that_is_held_has_no_more_codes(card: GiftCard, bob: User) -> None:
    claim(code_of(card), bob)
    with pytest.raises(codes.HasHolder):
        code_of(card)


@pytest.mark.parametrize("code", ["", "x", "0000-0000-0000-0000", "ＡＢＣＤ" * 4, "%", "A" * 40])
def test_what_is_no_code_opens_nothing(code: str, card: GiftCard, bob: User) -> None:
    with pytest.raises(codes.NoSuchGiftCard):
        claim(code, bob)


def test_after_its_time_a_code_says_so(card: GiftCard, bob: User) -> None:
    code = code_of(card)
    late = card.expires_at + timedelta(seconds=1)
    with pytest.raises(codes.GiftCardEnded):
        codes.claim(code=code, profile_id=bob.profile.pk, now=late)
    ending.revoke(card_id=card.pk, reason="stolen", now=clock.now())
    with pytest.raises(codes.GiftCardEnded):
        claim(code, bob)


def test_the_database_keeps_holder_and_amount(card: GiftCard, bob: User, mallory: User) -> None:
    claim(code_of(card), bob)
    rows = GiftCard.objects.filter(pk=card.pk)
    for change in (
        {"holder": mallory.profile},
        {"holder": None},
        {"amount_minor": 9_000},
        {"buyer": mallory.profile},
    ):
        with pytest.raises(DatabaseError, match="posted rows never change"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError, match="posted rows never change"), transaction.atomic():
        rows.delete()
