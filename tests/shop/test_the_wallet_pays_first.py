"""At the checkout the wallet pays what it has and a card the rest, as the page said."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Address, Notification, User
from payments.models import Payment, Refund
from payments.services import wallets
from shop.models import Order, Variant
from shop.services import orders
from socialcommerce.lib import clock
from tests.factories.payments import give_money
from tests.payments.conftest import BindCard, bind
from tests.payments.sandbox_fixture import answer_bank, goes_on_to

__all__ = ["bind"]

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
DECLINED, WANTS_3DS = "4000000000000341", "4000000000003220"


@pytest.fixture
def url(variant: Variant) -> str:
    return f"/checkout/{variant.product_id}/"


@pytest.fixture
def browser(alice: User, client_of: ClientOf) -> Client:
    """Of Alice, who has 6.50 of the 16.50 that it costs."""
    give_money(alice.profile, 650)
    return client_of(alice)


@pytest.fixture
def filled(variant: Variant, address: Address) -> dict[str, Any]:
    return {
        "variant": variant.pk,
        "quantity": 1,
        "address": address.pk,
        "wallet_part": 650,
        "seen_total_minor": 1650,
        "key": "press-1",
    }


def spendable(user: User) -> int:
    return wallets.balance(profile_id=user.profile.pk).available_minor


def test_the_page_says_what_each_of_them_pays(
    browser: Client, alice: User, address: Address, bind: BindCard, url: str
) -> None:
    assert "Use my wallet balance first" not in browser.get(url).content.decode()
    bind(alice)
    page = browser.get(url).content.decode()
    assert 'name="wallet_part" value="650"' in page
    assert "$6.50 from the wallet, $10.00 from the card" in page


def test_the_choice_stays_while_the_card_is_redrawn(
    browser: Client, alice: User, address: Address, bind: BindCard, url: str
) -> None:
    bind(alice)
    page = browser.get(url, {"quantity": 2, "wallet_part": 650}).content.decode()
    assert 'name="wallet_part" value="650" checked' in page
    assert "$22.50 from the card" in page


def test_without_scripts_both_pay(
    browser: Client, alice: User, bind: BindCard, url: str, filled: dict[str, Any]
) -> None:
    card = bind(alice)
    answer = browser.post(url, {**filled, "pay_with": f"card:{card.pk}"})
    order = Order.objects.get()
    assert (answer.status_code, order.state) == (303, "paid")
    payment = Payment.objects.get()
    assert (payment.wallet_part_minor, payment.card_part_minor) == (650, 1_000)
    assert spendable(alice) == 0
    page = browser.get(answer["Location"]).content.decode()
    assert "Paid with $6.50 from the wallet and $10.00 by card" in page
    assert "1 try by card" in page


def test_without_the_switch_the_card_pays_all(
    browser: Client, alice: User, bind: BindCard, url: str, filled: dict[str, Any]
) -> None:
    card = bind(alice)
    del filled["wallet_part"]
    browser.post(url, {**filled, "pay_with": f"card:{card.pk}"})
    assert Payment.objects.get().wallet_part_minor == 0
    assert spendable(alice) == 650


def test_a_declined_card_leaves_the_wallet_whole_and_another_one_pays(
    browser: Client, alice: User, bind: BindCard, url: str, filled: dict[str, Any]
) -> None:
    bad, good = bind(alice, DECLINED), bind(alice)
    browser.post(url, {**filled, "pay_with": f"card:{bad.pk}"})
    order = Order.objects.get()
    assert (order.state, spendable(alice)) == ("awaiting_payment", 650)
    page = browser.get(order.get_absolute_url()).content.decode()
    assert "Use my wallet balance first" in page
    said = {"pay_with": f"card:{good.pk}", "wallet_part": 650, "key": "press-2"}
    browser.post(f"{order.get_absolute_url()}pay/", said)
    order.refresh_from_db()
    assert (order.state, spendable(alice)) == ("paid", 0)
    assert Payment.objects.count() == 1


def test_another_split_is_another_payment(
    browser: Client, alice: User, bind: BindCard, url: str, filled: dict[str, Any]
) -> None:
    bad, good = bind(alice, DECLINED), bind(alice)
    browser.post(url, {**filled, "pay_with": f"card:{bad.pk}"})
    order = Order.objects.get()
    said = {"pay_with": f"card:{good.pk}", "key": "press-2"}
    browser.post(f"{order.get_absolute_url()}pay/", said)
    states = Payment.objects.order_by("pk").values_list("state", "wallet_part_minor")
    assert list(states) == [("cancelled", 650), ("succeeded", 0)]
    assert spendable(alice) == 650


def test_the_bank_may_want_to_see_the_person(
    browser: Client, alice: User, bind: BindCard, url: str, filled: dict[str, Any]
) -> None:
    card = bind(alice, WANTS_3DS)
    answer = browser.post(url, {**filled, "pay_with": f"card:{card.pk}"})
    back = answer_bank(goes_on_to(browser, answer))
    assert spendable(alice) == 0
    browser.get(back.removeprefix("http://127.0.0.1:8000"))
    assert Order.objects.get().state == "paid"


def test_a_bank_that_says_no_leaves_the_wallet_whole(
    browser: Client, alice: User, bind: BindCard, url: str, filled: dict[str, Any]
) -> None:
    card = bind(alice, WANTS_3DS)
    answer = browser.post(url, {**filled, "pay_with": f"card:{card.pk}"})
    back = answer_bank(goes_on_to(browser, answer), "fail")
    browser.get(back.removeprefix("http://127.0.0.1:8000"))
    assert (Order.objects.get().state, spendable(alice)) == ("awaiting_payment", 650)


@pytest.mark.parametrize("part", ["-1", "1.5", "1e2", "651", "1601", "1650", "99999999999", "６"])
def test_a_part_that_cannot_be_is_refused_and_nothing_bought(
    part: str,
    browser: Client,
    alice: User,
    bind: BindCard,
    url: str,
    filled: dict[str, Any],
) -> None:
    card = bind(alice)
    answer = browser.post(url, {**filled, "wallet_part": part, "pay_with": f"card:{card.pk}"})
    assert answer.status_code in {409, 422, 400}
    assert not Order.objects.exists()
    assert spendable(alice) == 650


def test_a_cancelled_order_gives_each_its_part_back(
    browser: Client, alice: User, bind: BindCard, url: str, filled: dict[str, Any]
) -> None:
    card = bind(alice)
    browser.post(url, {**filled, "pay_with": f"card:{card.pk}"})
    orders.cancel(order_id=Order.objects.get().pk, reason="", now=clock.now())
    parts = Refund.objects.order_by("pk").values_list("to", "amount_minor", "state")
    assert list(parts) == [("card", 1_000, "succeeded"), ("wallet", 650, "succeeded")]
    assert spendable(alice) == 650
    assert Notification.objects.filter(kind="shop.refund_done").count() == 1


def test_programs_say_the_part_too(
    browser: Client, alice: User, bind: BindCard, variant: Variant, address: Address
) -> None:
    body = {
        "variant_id": variant.pk,
        "quantity": 1,
        "address_id": address.pk,
        "method": "card",
        "instrument_id": bind(alice).pk,
        "wallet_part_minor": 650,
        "seen_total_minor": 1650,
    }
    answer = browser.post(
        "/api/v1/checkout",
        data=body,
        content_type="application/json",
        headers={"Idempotency-Key": "k1"},
    )
    assert (answer.status_code, answer.json()["order"]["state"]) == (201, "paid")
    assert spendable(alice) == 0
