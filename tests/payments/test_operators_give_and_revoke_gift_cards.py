"""The site gives gift cards out of its marketing, and ends them, with a reason that stays."""

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.models import GiftCard
from payments.services.gift_cards import codes
from socialcommerce.lib import clock
from tests.factories.gift_cards import buy_gift_card, left_on
from tests.factories.payments import available, give_money

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
LIST, ADD = "operator:payments_giftcard_changelist", "operator:payments_giftcard_add"
GIVES = {"amount": "15.00", "handle": "@alice", "reason": "a late parcel", "key": "press"}


@pytest.fixture
def browser(mallory: User, client_of: ClientOf) -> Client:
    mallory.is_operator = True
    mallory.save()
    return client_of(mallory)


def test_one_is_given_to_a_person(browser: Client, alice: User) -> None:
    assert "booked to marketing" in browser.get(reverse(ADD)).content.decode()
    for _press in range(2):
        browser.post(reverse(ADD), GIVES)
    card = GiftCard.objects.get()
    assert (card.holder_id, left_on(card)) == (alice.profile.pk, 1_500)
    assert LogEntry.objects.first().change_message == "a late parcel"
    assert "$15.00" in browser.get(reverse(LIST)).content.decode()


def test_a_code_is_shown_once(browser: Client, alice: User) -> None:
    page = browser.post(reverse(ADD), {**GIVES, "handle": ""}, follow=True).content.decode()
    code = page.split("Its code is ")[1][:19]
    card = codes.claim(code=code, profile_id=alice.profile.pk, now=clock.now())
    shown = browser.get(reverse("operator:payments_giftcard_change", args=[card.pk]))
    assert card.code_hash not in shown.content.decode()


@pytest.mark.parametrize(
    "change",
    [{"amount": "1"}, {"amount": "x"}, {"amount": "-15"}, {"handle": "nobody"}, {"reason": ""}],
)
def test_what_cannot_be_given_is_said(change: dict[str, str], browser: Client, alice: User) -> None:
    assert browser.post(reverse(ADD), {**GIVES, **change}).status_code == 422
    assert not GiftCard.objects.exists()


def test_one_is_revoked_with_a_reason(browser: Client, alice: User) -> None:
    give_money(alice.profile, 2_000)
    card = buy_gift_card(alice.profile, 2_000)
    chosen = {"action": "revoke", "_selected_action": [card.pk]}
    assert "Why?" in browser.post(reverse(LIST), chosen, follow=True).content.decode()
    browser.post(reverse(LIST), {**chosen, "reason": "paid by theft"})
    card.refresh_from_db()
    assert (card.state, card.reason, available(alice.profile)) == (
        "revoked",
        "paid by theft",
        2_000,
    )
    again = browser.post(reverse(LIST), {**chosen, "reason": "again"})
    assert "cannot be spent any more" in again.content.decode()


def test_nobody_else_gives_or_revokes(alice: User, client_of: ClientOf) -> None:
    stranger = client_of(alice)
    assert stranger.post(reverse(ADD), GIVES).status_code in {302, 403, 404}
    assert not GiftCard.objects.exists()
