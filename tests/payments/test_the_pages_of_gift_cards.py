"""Buying, handing on, putting in and looking: pages and programs."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from payments.models import GiftCard
from payments.services.gift_cards import codes
from tests.factories.gift_cards import buy_gift_card, give_gift_card, left_on
from tests.factories.payments import available, give_money
from tests.payments.conftest import BindCard
from tests.payments.sandbox_fixture import answer_bank, goes_on_to

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
NEW, CLAIM = "/wallet/gift-cards/new/", "/wallet/gift-cards/claim/"
WANTS = {"amount": "20", "handle": "", "words": "", "pay_with": "wallet", "key": "press"}


@pytest.fixture
def browser(alice: User, client_of: ClientOf) -> Client:
    give_money(alice.profile, 5_000)
    return client_of(alice)


def url_of(card: GiftCard) -> str:
    return f"/wallet/gift-cards/{card.pk}/"


def test_the_wallet_lists_them(browser: Client, alice: User, bob: User) -> None:
    assert "None yet" in browser.get("/wallet/").content.decode()
    give_gift_card(alice, 700)
    buy_gift_card(alice.profile, 2_000, handle="bob")
    page = browser.get("/wallet/").content.decode()
    assert "$7.00" in page
    assert "for Bob" in page


def test_one_is_bought_and_its_code_shown_once(browser: Client) -> None:
    answer = browser.post(NEW, WANTS)
    card = GiftCard.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, url_of(card))
    assert "Show the code" in browser.get(url_of(card)).content.decode()
    shown = browser.post(f"{url_of(card)}code")
    assert "no-store" in shown["Cache-Control"]
    assert "Write this code down now" in shown.content.decode()
    card.refresh_from_db()
    page = browser.get(url_of(card)).content.decode()
    assert f"···· {card.code_end}" in page
    assert "Make a new code" in page


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "4.99"},
        {"amount": "1e3"},
        {"amount": "-20"},
        {"amount": "50.001"},
        {"amount": ""},
        {"pay_with": "gift_card"},
        {"pay_with": "card:999"},
        {"pay_with": ""},
        {"handle": "nobody_here"},
        {"key": "a b"},
        {"amount": "60"},
        {"words": "x" * 141},
    ],
)
def test_what_cannot_be_bought_is_said_on_the_form(
    change: dict[str, str], browser: Client, alice: User
) -> None:
    answer = browser.post(NEW, {**WANTS, **change})
    assert answer.status_code == 422
    assert "Buy the gift card" in answer.content.decode()
    assert not GiftCard.objects.exists()
    assert available(alice.profile) == 5_000


def test_the_bank_may_want_to_see_the_person(browser: Client, alice: User, bind: BindCard) -> None:
    instrument = bind(alice, "4000000000003220")
    answer = browser.post(NEW, {**WANTS, "pay_with": f"card:{instrument.pk}"})
    card = GiftCard.objects.get()
    assert "It is not paid yet" in browser.get(url_of(card)).content.decode()
    back = answer_bank(goes_on_to(browser, answer))
    answer = browser.get(back.removeprefix("http://127.0.0.1:8000"))
    assert answer["Location"] == url_of(card)
    assert left_on(card) == 2_000


def test_a_declined_card_leads_to_the_payment_where_another_is_tried(
    browser: Client, alice: User, bind: BindCard
) -> None:
    bad, good = bind(alice, "4000000000000341"), bind(alice)
    answer = browser.post(NEW, {**WANTS, "pay_with": f"card:{bad.pk}"})
    page_url = answer["Location"]
    assert "Nothing was charged" in browser.get(page_url).content.decode()
    answer = browser.post(f"{page_url}retry", {"card": good.pk})
    card = GiftCard.objects.get()
    assert answer["Location"] == url_of(card)
    assert browser.get(page_url)["Location"] == url_of(card)


def test_a_code_is_put_in_and_one_goes_on(
    browser: Client, alice: User, bob: User, client_of: ClientOf
) -> None:
    card = buy_gift_card(alice.profile, 2_000)
    code = codes.show(card_id=card.pk, buyer_id=alice.profile.pk)
    other = client_of(bob)
    assert other.get(CLAIM).status_code == 200
    answer = other.post(CLAIM, {"code": code.lower(), "next": "/market/"})
    assert answer["Location"] == "/market/"
    assert "Gift card" in other.get(url_of(card)).content.decode()
    assert other.post(CLAIM, {"code": code, "next": "//evil.example/"})["Location"] == url_of(card)
    assert "Held by" in browser.get(url_of(card)).content.decode()


def test_a_wrong_code_is_said_and_few_are_tried(browser: Client) -> None:
    answers = [browser.post(CLAIM, {"code": "0000-0000-0000-0000"}) for _try in range(11)]
    assert {answer.status_code for answer in answers[:10]} == {422}
    assert "look at the code again" in answers[0].content.decode()
    assert answers[10].status_code == 429


def test_whoever_gave_it_away_does_not_see_what_is_done_with_it(
    browser: Client, alice: User, bob: User
) -> None:
    card = buy_gift_card(alice.profile, 2_000, handle="bob")
    page = browser.get(url_of(card)).content.decode()
    assert "What was done with it" not in page


@pytest.mark.parametrize("path", ["", "code"])
def test_somebody_elses_is_not_found(
    path: str, alice: User, mallory: User, client_of: ClientOf
) -> None:
    card = give_gift_card(alice, 2_000)
    stranger = client_of(mallory)
    act = stranger.post if path else stranger.get
    assert act(f"{url_of(card)}{path}").status_code == 404
    assert stranger.get(f"/api/v1/gift-cards/{card.pk}").status_code == 404


def test_who_is_not_logged_in_is_asked_to(alice: User) -> None:
    card = give_gift_card(alice, 2_000)
    for url in (NEW, CLAIM, url_of(card)):
        assert "/accounts/login" in Client().get(url)["Location"]
    assert Client().post(f"{url_of(card)}code").status_code == 303


def test_other_methods_are_refused(browser: Client, alice: User) -> None:
    card = give_gift_card(alice, 2_000)
    assert browser.delete(NEW).status_code == 405
    assert browser.post(url_of(card)).status_code == 405
    assert browser.get(f"{url_of(card)}code").status_code == 405


def test_programs_read_balances_and_put_codes_in(
    browser: Client, alice: User, bob: User, client_of: ClientOf
) -> None:
    card = buy_gift_card(alice.profile, 2_000)
    (listed,) = browser.get("/api/v1/gift-cards").json()
    assert (listed["balance_minor"], listed["is_mine"]) == (2_000, False)
    code = codes.show(card_id=card.pk, buyer_id=alice.profile.pk)
    other = client_of(bob)
    body = {"code": code}
    answer = other.post("/api/v1/gift-cards/claims", body, content_type="application/json")
    assert (answer.status_code, answer.json()["is_mine"]) == (200, True)
    assert browser.get(f"/api/v1/gift-cards/{card.pk}").json()["balance_minor"] is None
    assert other.get(f"/api/v1/gift-cards/{card.pk}").json()["balance_minor"] == 2_000
    assert other.get(f"/api/v1/gift-cards/{2**63}").status_code == 404


def test_lists_cost_the_same_for_one_and_for_many(
    browser: Client, alice: User, django_assert_num_queries: Callable[..., object]
) -> None:
    give_gift_card(alice, 700)
    with django_assert_num_queries(3):  # session, person, cards
        browser.get("/api/v1/gift-cards")
    for _card in range(4):
        give_gift_card(alice, 700)
    with django_assert_num_queries(3):
        assert len(browser.get("/api/v1/gift-cards").json()) == 5
