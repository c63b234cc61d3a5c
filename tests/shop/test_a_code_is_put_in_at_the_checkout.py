"""A store's code on the checkout card: the total follows it, and says why if it does not work."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Address, User
from shop.models import Order, Store, Variant
from tests.factories.coupons import make_coupon
from tests.factories.gift_cards import give_gift_card
from tests.factories.payments import give_money

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def browser(alice: User, address: Address, client_of: ClientOf) -> Client:
    give_money(alice.profile, 5_000)
    return client_of(alice)


@pytest.fixture
def url(variant: Variant) -> str:
    return f"/checkout/{variant.product_id}/"


@pytest.fixture
def filled(variant: Variant, address: Address) -> dict[str, Any]:
    return {
        "variant": variant.pk,
        "quantity": 1,
        "address": address.pk,
        "seen_total_minor": 1_400,
        "key": "press",
        "pay_with": "wallet",
        "code": "WELCOME",
    }


def test_the_total_follows_the_code(browser: Client, store: Store, url: str) -> None:
    make_coupon(store)
    assert "With the code" not in browser.get(url).content.decode()
    page = browser.get(url, {"code": "welcome"}).content.decode()
    assert "−$2.50" in page
    assert 'name="seen_total_minor" value="1400"' in page
    assert 'value="welcome"' in page


def test_one_that_does_not_work_says_why(browser: Client, url: str) -> None:
    page = browser.get(url, {"code": "<b>NOPE"}).content.decode()
    assert "That code does not work here" in page
    assert "&lt;b&gt;NOPE" in page
    assert 'name="seen_total_minor" value="1650"' in page


def test_it_is_bought_for_less_and_the_receipt_says_so(
    browser: Client, store: Store, url: str, filled: dict[str, Any]
) -> None:
    make_coupon(store)
    answer = browser.post(url, filled)
    order = Order.objects.get()
    assert (order.state, order.total_minor) == ("paid", 1_400)
    assert "With the code WELCOME" in browser.get(answer["Location"]).content.decode()


def test_one_that_is_used_up_buys_nothing(
    browser: Client, store: Store, url: str, filled: dict[str, Any]
) -> None:
    make_coupon(store, budget_minor=100)
    answer = browser.post(url, filled)
    assert answer.status_code == 409
    assert "used up" in answer.content.decode()
    assert not Order.objects.exists()


def test_a_gift_card_pays_what_the_code_leaves(
    browser: Client, alice: User, store: Store, url: str, filled: dict[str, Any]
) -> None:
    make_coupon(store)
    gift = give_gift_card(alice, 2_000)
    page = browser.get(url, {"code": "WELCOME", "gift": gift.pk}).content.decode()
    assert f'name="gift" value="{gift.pk}:1400"' in page
    browser.post(url, {**filled, "gift": f"{gift.pk}:1400", "pay_with": "gift_card"})
    assert Order.objects.get().payment.method == "gift_card"


def test_programs_say_the_code_too(
    browser: Client, store: Store, variant: Variant, address: Address
) -> None:
    make_coupon(store)
    body = {
        "variant_id": variant.pk,
        "quantity": 1,
        "address_id": address.pk,
        "method": "wallet",
        "seen_total_minor": 1_400,
        "code": "WELCOME",
    }
    answer = browser.post(
        "/api/v1/checkout",
        data=body,
        content_type="application/json",
        headers={"Idempotency-Key": "k1"},
    )
    assert (answer.status_code, answer.json()["order"]["discount_minor"]) == (201, 250)
