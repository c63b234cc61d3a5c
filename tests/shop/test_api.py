"""Products, checkout and orders for programs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Address, User
from shop.models import Order, Product, Store, Variant
from shop.services import orders
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock
from tests.factories import shop as make

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
Buy = Callable[..., CheckoutResult]
JSON = "application/json"
PROBLEM = "application/problem+json"


@pytest.fixture
def body(variant: Variant, address: Address) -> dict[str, Any]:
    return {
        "variant_id": variant.pk,
        "quantity": 1,
        "address_id": address.pk,
        "method": "wallet",
        "seen_total_minor": 1650,
    }


def post(client: Client, path: str, body: object = None, key: str | None = "k1") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"/api/v1/{path}", body or {}, content_type=JSON, headers=headers)


def test_products_are_listed_with_their_variants(client: Client, variant: Variant) -> None:
    (found,) = client.get("/api/v1/products").json()["results"]
    assert found["variants"] == [
        {
            "variant_id": variant.pk,
            "name": "Blue",
            "price_minor": 1250,
            "list_price_minor": 1250,
            "fan_price": None,
            "free": 5,
        }
    ]
    assert found["store"]["handle"] == "paper_moon"
    assert client.get(f"/api/v1/products/{variant.product_id}").json() == found


@pytest.mark.parametrize(
    "query",
    [
        "category=x",
        "price_from_minor=-1",
        "size=0",
        "size=1000000000",
        "cursor=x",
        "q=" + "a" * 101,
    ],
)
def test_bad_queries_are_problems(client: Client, variant: Variant, query: str) -> None:
    answer = client.get(f"/api/v1/products?{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == PROBLEM


def test_the_list_costs_the_same_for_one_and_for_a_hundred(client: Client, store: Store) -> None:
    counts = []
    for size in (1, 100):
        while Product.objects.count() < size:
            make.make_variant(store)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get("/api/v1/products?size=100").json()["results"]) == size
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("product_id", ["0", "999", "9" * 30, "x"])
def test_an_unknown_product_is_not_found(client: Client, product_id: str) -> None:
    assert client.get(f"/api/v1/products/{product_id}").status_code == 404


def test_checkout_buys_once_for_each_key(
    client_of: ClientOf, rich_alice: User, body: dict[str, Any]
) -> None:
    client = client_of(rich_alice)
    first, again = (post(client, "checkout", body) for _time in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.json()["order"]["state"] == "paid"
    other = post(client, "checkout", {**body, "quantity": 2, "seen_total_minor": 2900})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-conflict")
    assert Order.objects.count() == 1


def test_checkout_wants_a_key(client_of: ClientOf, rich_alice: User, body: dict[str, Any]) -> None:
    assert post(client_of(rich_alice), "checkout", body, key=None).status_code == 400
    assert post(client_of(rich_alice), "checkout", body, key="é").status_code == 400


def test_a_changed_total_says_todays(
    client_of: ClientOf, rich_alice: User, body: dict[str, Any]
) -> None:
    answer = post(client_of(rich_alice), "checkout", {**body, "seen_total_minor": 1})
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["total_minor"]) == ("total-changed", 1650)


@pytest.mark.parametrize(
    "quantity", [0, -1, 1.5, 1.0, 10**9, 2**63, "２", "1", "", None, True, [], {}, float("1e3")]
)
def test_a_bad_quantity_is_a_problem(
    client_of: ClientOf, rich_alice: User, body: dict[str, Any], quantity: object
) -> None:
    answer = post(client_of(rich_alice), "checkout", {**body, "quantity": quantity})
    assert answer.status_code in {400, 422}
    assert answer["Content-Type"] == PROBLEM
    assert not Order.objects.exists()


@pytest.mark.parametrize("missing", ["variant_id", "quantity", "address_id", "method"])
def test_a_missing_member_is_named(
    client_of: ClientOf, rich_alice: User, body: dict[str, Any], missing: str
) -> None:
    del body[missing]
    answer = post(client_of(rich_alice), "checkout", body)
    assert answer.status_code == 400
    assert missing in answer.json()["errors"]


def test_a_card_wants_its_id_and_somebody_elses_is_not_found(
    client_of: ClientOf, rich_alice: User, body: dict[str, Any]
) -> None:
    client = client_of(rich_alice)
    assert post(client, "checkout", {**body, "method": "card"}).status_code == 422
    foreign = {**body, "method": "card", "instrument_id": 12345}
    assert post(client, "checkout", foreign).status_code == 404
    assert not Order.objects.exists()


def test_strangers_get_401(client: Client, body: dict[str, Any], buy: Buy) -> None:
    number = buy().order.number
    assert post(client, "checkout", body).status_code in {401, 403}
    assert client.get("/api/v1/orders").status_code in {401, 403}
    for act in ("pay", "cancel", "confirm-receipt"):
        assert post(client, f"orders/{number}/{act}").status_code in {401, 403}


def test_somebody_elses_order_is_not_found(
    client_of: ClientOf, mallory: User, bob: User, buy: Buy
) -> None:
    number = buy().order.number
    for other in (mallory, bob):
        client = client_of(other)
        assert client.get(f"/api/v1/orders/{number}").status_code == 404
        assert client.get("/api/v1/orders").json()["results"] == []
        for act in ("pay", "cancel", "confirm-receipt"):
            answer = post(client, f"orders/{number}/{act}", {"method": "wallet"})
            assert answer.status_code == 404
    assert Order.objects.get().state == "paid"


def test_own_orders_are_listed(client_of: ClientOf, alice: User, buy: Buy) -> None:
    order = buy().order
    client = client_of(alice)
    (found,) = client.get("/api/v1/orders").json()["results"]
    assert found == client.get(f"/api/v1/orders/{order.number}").json()
    assert found["lines"][0]["unit_price_minor"] == 1250


def test_cancelling_twice_is_the_same_as_once(client_of: ClientOf, alice: User, buy: Buy) -> None:
    number = buy().order.number
    client = client_of(alice)
    for _time in range(2):
        answer = post(client, f"orders/{number}/cancel", {"reason": "no"})
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert post(client, f"orders/{number}/confirm-receipt").status_code == 409


def test_receipt_is_confirmed_once_it_is_shipped(
    client_of: ClientOf, alice: User, buy: Buy
) -> None:
    order = buy().order
    client = client_of(alice)
    assert post(client, f"orders/{order.number}/confirm-receipt").status_code == 409
    orders.ship(order_id=order.pk, carrier="Post", tracking_number="", now=clock.now())
    for _time in range(2):
        answer = post(client, f"orders/{order.number}/confirm-receipt")
        assert (answer.status_code, answer.json()["state"]) == (200, "completed")


def test_a_paid_order_is_not_paid_again(client_of: ClientOf, alice: User, buy: Buy) -> None:
    order = buy().order
    answer = post(client_of(alice), f"orders/{order.number}/pay", {"method": "wallet"}, key="k9")
    assert (answer.status_code, answer.json()["order"]["state"]) == (200, "paid")


@pytest.mark.parametrize(
    ("method", "path"),
    [("put", "products"), ("get", "checkout"), ("delete", "orders"), ("patch", "products/1")],
)
def test_wrong_methods_are_refused(
    client_of: ClientOf, alice: User, method: str, path: str
) -> None:
    answer = getattr(client_of(alice), method)(f"/api/v1/{path}")
    assert answer.status_code == 405
    assert answer["Content-Type"] == PROBLEM
