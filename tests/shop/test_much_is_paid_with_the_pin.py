"""From PAYMENT_PIN_ABOVE_MINOR on an order is paid with the payment PIN only, by any door."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Address, User
from payments.services.people import pins
from shop.models import Order, Variant
from shop.services.checkout import CheckoutResult
from tests.factories.people import PIN, with_pin

pytestmark = pytest.mark.django_db
Buy = Callable[..., CheckoutResult]
HTMX = {"HX-Request": "true"}
WRONG = "775533"


@pytest.fixture(autouse=True)
def low_limit(settings: Settings) -> None:
    """The notebook costs 16.50 with shipping."""
    settings.PAYMENT_PIN_ABOVE_MINOR = 1_650


@pytest.fixture
def url(variant: Variant) -> str:
    return f"/checkout/{variant.product_id}/"


@pytest.fixture
def filled(variant: Variant, address: Address) -> dict[str, Any]:
    return {
        "variant": variant.pk,
        "quantity": 1,
        "address": address.pk,
        "pay_with": "wallet",
        "seen_total_minor": 1650,
        "key": "press-1",
    }


def test_without_one_nothing_is_bought(buy: Buy, rich_alice: User) -> None:
    with pytest.raises(pins.PinMissing):
        buy()
    with_pin(rich_alice)
    with pytest.raises(pins.PinNeeded):
        buy()
    with pytest.raises(pins.PinWrong):
        buy(pin=WRONG)
    assert not Order.objects.exists()
    assert buy(pin=PIN).order.state == "paid"


def test_the_same_purchase_sent_again_asks_for_nothing(buy: Buy, rich_alice: User) -> None:
    with_pin(rich_alice)
    assert buy(pin=PIN).order.pk == buy().order.pk


def test_less_is_bought_without_one(buy: Buy, settings: Settings) -> None:
    settings.PAYMENT_PIN_ABOVE_MINOR = 1_651
    assert buy().order.state == "paid"


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["with_scripts", "without_scripts"])
def test_the_card_asks_for_it_and_says_what_is_wrong(
    headers: dict[str, str],
    client_of: Callable[[User], Client],
    rich_alice: User,
    url: str,
    filled: dict[str, Any],
) -> None:
    with_pin(rich_alice)
    browser = client_of(rich_alice)
    assert 'name="pin"' in browser.get(url, headers=headers).content.decode()
    refused = browser.post(url, {**filled, "pin": WRONG}, headers=headers).content.decode()
    assert "That is not your payment PIN" in refused
    assert 'name="pin"' in refused
    browser.post(url, {**filled, "pin": PIN}, headers=headers)
    assert Order.objects.get().state == "paid"


def test_the_field_is_not_there_for_less(
    client_of: Callable[[User], Client], rich_alice: User, url: str, settings: Settings
) -> None:
    settings.PAYMENT_PIN_ABOVE_MINOR = 100_000
    assert 'name="pin"' not in client_of(rich_alice).get(url).content.decode()


def test_a_program_is_asked_too(
    client_of: Callable[[User], Client],
    rich_alice: User,
    variant: Variant,
    address: Address,
) -> None:
    with_pin(rich_alice)
    body = {
        "variant_id": variant.pk,
        "quantity": 1,
        "address_id": address.pk,
        "method": "wallet",
        "seen_total_minor": 1650,
    }

    def buy(**more: str) -> Any:
        return client_of(rich_alice).post(
            "/api/v1/checkout",
            {**body, **more},
            content_type="application/json",
            headers={"Idempotency-Key": "k"},
        )

    refused = buy()
    assert (refused.status_code, refused.json()["code"]) == (403, "pin-needed")
    assert buy(pin=PIN).json()["order"]["state"] == "paid"
