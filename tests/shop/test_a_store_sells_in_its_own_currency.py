"""A store's prices, its orders, payments and payouts are in its currency, and nothing converts."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Address, User
from payments import merchant_page
from payments.models import MerchantTerms, Payment, Payout
from payments.selectors import pay_choices
from payments.services import merchant_terms, payouts, refunds, wallets
from shop.models import FeeRule, Order, Store, Variant
from shop.services import orders, stores
from socialcommerce.lib import clock
from socialcommerce.lib.problems import Invalid
from tests.factories import payments as money
from tests.factories import shop as make
from tests.factories.merchants import ready_account
from tests.payments.conftest import BindCard, bind

__all__ = ["bind"]

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
FIELDS = {"name": "Clay & Co", "handle": "clay_co", "pitch": "Cups and bowls."}


@pytest.fixture(autouse=True)
def several(settings: Settings) -> None:
    settings.STORE_CURRENCIES = {"USD": Decimal(1), "JPY": Decimal(150), "KWD": Decimal("0.3")}


@pytest.fixture
def store(bob: User) -> Store:
    """Bob's, in yen: shipping 400, approved by an operator."""
    store = make.make_store(bob, currency="JPY")
    merchant_terms.welcome(profile_id=store.profile_id, currency="JPY", now=clock.now())
    return store


@pytest.fixture
def variant(store: Store) -> Variant:
    """1,250 yen."""
    return make.make_variant(store)


@pytest.fixture
def buyer(alice: User) -> User:
    """Alice has 5,000 yen and 100.00 dollars."""
    money.give_money(alice.profile, 10_000)
    wallets.grant(
        profile_id=alice.profile.pk, amount_minor=5_000, currency="JPY", key="y", now=clock.now()
    )
    return alice


@pytest.fixture
def filled(variant: Variant, buyer: User) -> dict[str, Any]:
    address: Address = make.make_address(buyer.profile, is_default=True)
    return {
        "variant": variant.pk,
        "quantity": 1,
        "address": address.pk,
        "pay_with": "wallet",
        "seen_total_minor": 1_650,
        "key": "press-1",
    }


def spendable(user: User, currency: str) -> int:
    return wallets.balance(profile_id=user.profile.pk, currency=currency).available_minor


def test_it_is_chosen_with_the_application_and_paid_out_in(
    client_of: ClientOf, alice: User
) -> None:
    client = client_of(alice)
    assert "Japanese Yen (JPY)" in client.get("/market/open/").content.decode()
    assert client.post("/market/open/", {**FIELDS, "currency": "EUR"}).status_code == 422
    assert client.post("/market/open/", {**FIELDS, "currency": "KWD"}).status_code == 303
    store = stores.approve(store_id=Store.objects.get().pk, now=clock.now())
    terms = MerchantTerms.objects.get(profile=store.profile_id)
    assert (store.currency, terms.currency, terms.minimum_minor) == ("KWD", "KWD", 1_500)


def test_where_there_is_one_currency_nobody_is_asked(
    client_of: ClientOf, alice: User, settings: Settings
) -> None:
    settings.STORE_CURRENCIES = {"USD": Decimal(1)}
    assert "Currency of its prices" not in client_of(alice).get("/market/open/").content.decode()
    with pytest.raises(Invalid):
        stores.apply(owner=alice, now=clock.now(), currency="JPY", **FIELDS)


def test_prices_are_typed_in_it(client_of: ClientOf, bob: User, variant: Variant) -> None:
    client, url = client_of(bob), f"/merchant/shop/product/{variant.product_id}/change/"
    assert 'value="1250"' in client.get(url).content.decode()
    shop = f"/merchant/shop/store/{variant.product.store_id}/change/"
    said = {"shipping_price_minor": "4.5", "ship_within_days": "3"}
    assert "JPY has 0 digits after the point." in client.post(shop, said).content.decode()
    client.post(shop, {**said, "shipping_price_minor": "450"})
    assert Store.objects.get().shipping_price_minor == 450


def test_a_fixed_fee_of_a_store_is_typed_in_it(
    client_of: ClientOf, mallory: User, store: Store
) -> None:
    mallory.is_operator = True
    mallory.save()
    said = {"store": store.profile.handle, "basis_points": "500", "note": "agreed"}
    add = "/operator/shop/feerule/add/"
    client_of(mallory).post(add, {**said, "fixed_minor": "30"})
    rule = FeeRule.objects.get(store=store)
    assert (rule.fixed_minor, rule.currency) == (30, "JPY")


def test_the_wallet_of_that_currency_pays_and_no_other(
    client_of: ClientOf, buyer: User, filled: dict[str, Any], variant: Variant
) -> None:
    page = f"/checkout/{variant.product_id}/"
    assert "¥5,000 to spend" in client_of(buyer).get(page).content.decode()
    assert client_of(buyer).post(page, filled).status_code == 303
    assert (spendable(buyer, "JPY"), spendable(buyer, "USD")) == (3_350, 10_000)
    assert (Order.objects.get().currency, Payment.objects.get().currency) == ("JPY", "JPY")


def test_dollars_do_not_pay_yen(client_of: ClientOf, buyer: User, filled: dict[str, Any]) -> None:
    page = f"/checkout/{Variant.objects.get().product_id}/"
    answer = client_of(buyer).post(page, {**filled, "quantity": 4, "seen_total_minor": 5_400})
    assert "There is not enough money" in answer.content.decode()
    assert not Order.objects.exists()
    assert not pay_choices(buyer.profile, 5_400, "JPY").wallet_suffices


def test_a_card_pays_what_the_page_says(
    client_of: ClientOf, buyer: User, bind: BindCard, filled: dict[str, Any]
) -> None:
    page = f"/checkout/{Variant.objects.get().product_id}/"
    client_of(buyer).post(page, {**filled, "pay_with": f"card:{bind(buyer).pk}"})
    payment = Payment.objects.get()
    assert (payment.state, payment.captured_minor, payment.currency) == ("succeeded", 1_650, "JPY")
    refunds.give_back(
        payment_id=payment.pk, amount_minor=650, reason="", key="r", to="wallet", now=clock.now()
    )
    assert (spendable(buyer, "JPY"), spendable(buyer, "USD")) == (5_650, 10_000)


def test_the_wallets_page_shows_each_currency_and_its_statement(
    client_of: ClientOf, buyer: User
) -> None:
    client = client_of(buyer)
    page = client.get("/wallet/").content.decode()
    assert "$100.00" in page
    assert "¥5,000 in a wallet of its own currency" in page
    assert "¥5,000" in client.get("/wallet/statement/?currency=JPY").content.decode()
    assert "¥5,000" not in client.get("/wallet/statement/").content.decode()
    file = client.get("/wallet/statement.csv?currency=JPY")
    assert b"5000,JPY" in b"".join(file.streaming_content)  # type: ignore[attr-defined]
    assert client.get("/wallet/statement/?currency=yen").status_code == 200


def test_programs_name_the_wallet_by_its_currency(client_of: ClientOf, buyer: User) -> None:
    client, url = client_of(buyer), "/api/v1/wallet"
    assert client.get(url, {"currency": "JPY"}).json()["available_minor"] == 5_000
    assert client.get(url).json()["currency"] == "USD"
    (line,) = client.get(f"{url}/statement", {"currency": "JPY"}).json()["results"]
    assert (line["amount_minor"], line["currency"]) == (5_000, "JPY")
    at = {"at": "2099-01-01T00:00:00Z", "currency": "JPY"}
    assert client.get(f"{url}/balance", at).json() == {
        "at": "2099-01-01T00:00:00Z", "posted_minor": 5_000, "currency": "JPY",
    }  # fmt: skip
    assert client.get(url, {"currency": "yen"}).status_code == 400
    assert client.get(url, {"currency": "KWD"}).json()["available_minor"] == 0


def test_what_it_sold_is_paid_out_in_it(
    client_of: ClientOf, buyer: User, filled: dict[str, Any], store: Store
) -> None:
    client_of(buyer).post(f"/checkout/{Variant.objects.get().product_id}/", filled)
    order = Order.objects.get()
    orders.ship(order_id=order.pk, carrier="Post", tracking_number="", now=clock.now())
    orders.confirm_receipt(order_id=order.pk, now=clock.now())
    terms = MerchantTerms.objects.get()
    pots = merchant_page.pots(terms)
    # 3 % of 1,650 are 50; a tenth of the rest waits in the reserve.
    assert (pots.wallet_minor, pots.reserve_minor, pots.currency) == (1_440, 160, "JPY")
    ready_account(store.profile)
    assert payouts.run(now=clock.now() + timedelta(days=8), limit=10) == 1
    payout = Payout.objects.get()
    assert (payout.amount_minor, payout.currency) == (1_440, "JPY")


def test_the_markets_prices_find_what_is_sold_in_the_sites_currency(
    client_of: ClientOf, bob: User, variant: Variant
) -> None:
    client, dollars = Client(), make.make_store(bob, name="Dollar Store")
    make.make_variant(dollars, title="Cup in dollars")
    found = client.get("/market/", {"price_from": "10.00", "price_to": "20.00"}).content.decode()
    assert "Cup in dollars" in found
    assert variant.product.title not in found
    assert variant.product.title in client.get("/market/").content.decode()


def test_a_sale_is_offered_in_the_sites_currency_alone(
    client_of: ClientOf, bob: User, variant: Variant
) -> None:
    page = client_of(bob).get("/merchant/flashsale/submission/add/").content.decode()
    assert variant.product.title not in page
