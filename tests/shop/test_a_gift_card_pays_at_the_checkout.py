"""At the checkout a gift card pays first, as the page said, and wallet or card the rest."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Address, User
from payments.models import GiftCard, Payment
from shop.models import Order, StockItem, Variant
from shop.services import orders
from socialcommerce.lib import clock
from tests.factories.gift_cards import give_gift_card, left_on
from tests.factories.payments import available, give_money
from tests.payments.conftest import BindCard, bind

__all__ = ["bind"]

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
DECLINED = "4000000000000341"


@pytest.fixture
def url(variant: Variant) -> str:
    return f"/checkout/{variant.product_id}/"


@pytest.fixture
def browser(alice: User, client_of: ClientOf) -> Client:
    return client_of(alice)


@pytest.fixture
def filled(variant: Variant, address: Address) -> dict[str, Any]:
    """16.50 in all."""
    return {
        "variant": variant.pk,
        "quantity": 1,
        "address": address.pk,
        "seen_total_minor": 1650,
        "key": "press-1",
    }


def test_one_that_covers_all_leaves_nothing_to_choose(
    browser: Client, alice: User, url: str, filled: dict[str, Any]
) -> None:
    gift = give_gift_card(alice, 2_000)
    assert f"gift={gift.pk}" in browser.get(url).content.decode()
    page = browser.get(url, {"gift": gift.pk}).content.decode()
    assert f'name="gift" value="{gift.pk}:1650"' in page
    assert 'name="pay_with" value="gift_card"' in page
    answer = browser.post(url, {**filled, "gift": f"{gift.pk}:1650", "pay_with": "gift_card"})
    order = Order.objects.get()
    assert (answer.status_code, order.state, left_on(gift)) == (303, "paid", 350)
    assert "Paid with $16.50 from a gift card" in browser.get(answer["Location"]).content.decode()


def test_the_wallet_pays_the_rest(
    browser: Client, alice: User, url: str, filled: dict[str, Any]
) -> None:
    gift = give_gift_card(alice, 1_000)
    give_money(alice.profile, 700)
    page = browser.get(url, {"gift": gift.pk}).content.decode()
    assert "$10.00 from your gift card, $6.50 left to pay" in page
    browser.post(url, {**filled, "gift": f"{gift.pk}:1000", "pay_with": "wallet"})
    assert Order.objects.get().state == "paid"
    assert (left_on(gift), available(alice.profile)) == (0, 50)


def test_all_three_pay(
    browser: Client, alice: User, bind: BindCard, url: str, filled: dict[str, Any]
) -> None:
    gift, card = give_gift_card(alice, 1_000), bind(alice)
    give_money(alice.profile, 300)
    page = browser.get(url, {"gift": gift.pk, "wallet_part": 300}).content.decode()
    assert "$3.00 from the wallet, $3.50 from the card" in page
    said = {"gift": f"{gift.pk}:1000", "wallet_part": 300, "pay_with": f"card:{card.pk}"}
    answer = browser.post(url, {**filled, **said})
    assert Payment.objects.get().card_part_minor == 350
    words = browser.get(answer["Location"]).content.decode()
    assert "Paid with $10.00 from a gift card, $3.00 from the wallet and $3.50 by card" in words


def test_the_choice_can_be_taken_back(
    browser: Client, alice: User, address: Address, url: str
) -> None:
    gift = give_gift_card(alice, 1_000)
    page = browser.get(url, {"gift": "0"}).content.decode()
    assert 'name="gift"' not in page
    assert f"gift={gift.pk}" in page


def test_after_a_declined_card_the_gift_card_stays_chosen(
    browser: Client, alice: User, bind: BindCard, url: str, filled: dict[str, Any]
) -> None:
    gift, bad, good = give_gift_card(alice, 1_000), bind(alice, DECLINED), bind(alice)
    browser.post(url, {**filled, "gift": f"{gift.pk}:1000", "pay_with": f"card:{bad.pk}"})
    order = Order.objects.get()
    assert (order.state, left_on(gift)) == ("awaiting_payment", 1_000)
    page = browser.get(order.get_absolute_url()).content.decode()
    assert f'name="gift" value="{gift.pk}:1000"' in page
    said = {"gift": f"{gift.pk}:1000", "pay_with": f"card:{good.pk}", "key": "press-2"}
    browser.post(f"{order.get_absolute_url()}pay/", said)
    order.refresh_from_db()
    assert (order.state, left_on(gift), Payment.objects.count()) == ("paid", 0, 1)


def test_without_the_gift_card_after_all_it_is_another_payment(
    browser: Client, alice: User, bind: BindCard, url: str, filled: dict[str, Any]
) -> None:
    gift, bad, good = give_gift_card(alice, 1_000), bind(alice, DECLINED), bind(alice)
    browser.post(url, {**filled, "gift": f"{gift.pk}:1000", "pay_with": f"card:{bad.pk}"})
    order = Order.objects.get()
    page = browser.get(order.get_absolute_url(), {"gift": "0"}).content.decode()
    assert 'name="gift"' not in page
    browser.post(
        f"{order.get_absolute_url()}pay/", {"pay_with": f"card:{good.pk}", "key": "press-2"}
    )
    said = Payment.objects.order_by("pk").values_list("state", "gift_part_minor")
    assert list(said) == [("cancelled", 1_000), ("succeeded", 0)]
    assert left_on(gift) == 1_000


@pytest.mark.parametrize(
    ("gift", "pay_with"),
    [
        ("{id}:1649", "gift_card"),
        ("{id}:1651", "gift_card"),
        ("", "gift_card"),
        ("{id}:1640", "wallet"),
        ("{id}:-5", "wallet"),
        ("{id}:1e3", "wallet"),
        ("{id}", "wallet"),
        ("999999:1000", "wallet"),
        ("{id}:99999999999999999999", "wallet"),
        ("７:1000", "wallet"),
    ],
)
def test_a_part_that_cannot_be_is_refused_and_nothing_bought(
    gift: str,
    pay_with: str,
    browser: Client,
    alice: User,
    url: str,
    filled: dict[str, Any],
    variant: Variant,
) -> None:
    give_money(alice.profile, 5_000)
    card = give_gift_card(alice, 5_000)
    said = {"gift": gift.format(id=card.pk), "pay_with": pay_with}
    answer = browser.post(url, {**filled, **said})
    assert answer.status_code in {404, 409, 422}
    assert not Order.objects.exists()
    assert (left_on(card), available(alice.profile)) == (5_000, 5_000)
    assert StockItem.objects.get(variant=variant).on_hand == 5


def test_somebody_elses_gift_card_pays_nothing(
    browser: Client, alice: User, mallory: User, url: str, filled: dict[str, Any]
) -> None:
    card = give_gift_card(mallory, 2_000)
    page = browser.get(url, {"gift": card.pk}).content.decode()
    assert 'name="gift"' not in page
    answer = browser.post(url, {**filled, "gift": f"{card.pk}:1650", "pay_with": "gift_card"})
    assert answer.status_code == 404
    assert (Order.objects.count(), left_on(card)) == (0, 2_000)


def test_a_cancelled_order_gives_the_gift_card_its_part_back(
    browser: Client, alice: User, url: str, filled: dict[str, Any]
) -> None:
    card: GiftCard = give_gift_card(alice, 1_000)
    give_money(alice.profile, 650)
    browser.post(url, {**filled, "gift": f"{card.pk}:1000", "pay_with": "wallet"})
    order = Order.objects.get()
    orders.cancel(order_id=order.pk, reason="", now=clock.now())
    assert (left_on(card), available(alice.profile)) == (1_000, 650)
    assert "on your gift card" in browser.get(order.get_absolute_url()).content.decode()


def test_programs_say_the_part_too(
    browser: Client, alice: User, variant: Variant, address: Address
) -> None:
    card = give_gift_card(alice, 2_000)
    body = {
        "variant_id": variant.pk,
        "quantity": 1,
        "address_id": address.pk,
        "method": "gift_card",
        "gift_card_id": card.pk,
        "gift_part_minor": 1_650,
        "seen_total_minor": 1_650,
    }
    answer = browser.post(
        "/api/v1/checkout",
        data=body,
        content_type="application/json",
        headers={"Idempotency-Key": "k1"},
    )
    assert (answer.status_code, answer.json()["order"]["state"]) == (201, "paid")
    assert left_on(card) == 350
