"""The checkout card over HTTP: every answer is its next face, or a page without scripts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Address, User
from feed.cards import CardRef
from feed.models import Post
from feed.services import posts
from payments.services import wallets
from shop.models import Order, StockItem, Variant
from socialcommerce.lib import clock
from tests.factories import shop as make

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


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


def test_it_opens_in_place_with_the_usual_choices(
    client_of: ClientOf, rich_alice: User, address: Address, url: str
) -> None:
    answer = client_of(rich_alice).get(url, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert 'name="seen_total_minor" value="1650"' in page
    assert re.search(rf'name="address" value="{address.pk}" checked', page)
    assert "$16.50" in page


def test_without_scripts_it_is_a_page(
    client_of: ClientOf, rich_alice: User, address: Address, url: str
) -> None:
    answer = client_of(rich_alice).get(url, {"quantity": 2})
    page = answer.content.decode()
    assert "<html" in page
    assert 'name="seen_total_minor" value="2900"' in page


def test_paying_ends_in_a_receipt_in_the_same_place(
    client_of: ClientOf, rich_alice: User, url: str, filled: dict[str, Any]
) -> None:
    answer = client_of(rich_alice).post(url, filled, headers=HTMX)
    order = Order.objects.get()
    assert answer.status_code == 200
    assert order.state == "paid"
    assert order.number in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_without_scripts_paying_ends_on_the_orders_page(
    client_of: ClientOf, rich_alice: User, url: str, filled: dict[str, Any]
) -> None:
    answer = client_of(rich_alice).post(url, filled)
    assert answer.status_code == 303
    assert answer["Location"] == Order.objects.get().get_absolute_url()


def test_a_second_press_buys_nothing_more(
    client_of: ClientOf, rich_alice: User, url: str, filled: dict[str, Any]
) -> None:
    client = client_of(rich_alice)
    first, second = (client.post(url, filled, headers=HTMX) for _press in range(2))
    assert first.status_code == second.status_code == 200
    assert Order.objects.count() == 1
    assert wallets.balance(profile_id=rich_alice.profile.pk).available_minor == 98_350


def test_a_changed_price_asks_to_confirm_the_new_total(
    client_of: ClientOf, rich_alice: User, url: str, filled: dict[str, Any], variant: Variant
) -> None:
    Variant.objects.filter(pk=variant.pk).update(price_minor=1300)
    answer = client_of(rich_alice).post(url, filled, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The total has changed" in page
    assert 'name="seen_total_minor" value="1700"' in page
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "quantity", ["0", "-1", "1.5", "1e9", "1000000000", str(2**63), "２", "", "null", "21"]
)
def test_a_bad_quantity_is_a_clear_refusal(
    client_of: ClientOf, rich_alice: User, url: str, filled: dict[str, Any], quantity: str
) -> None:
    answer = client_of(rich_alice).post(url, {**filled, "quantity": quantity})
    assert answer.status_code == 422
    assert "field__error" in answer.content.decode()
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("variant", ""),
        ("variant", str(2**63)),
        ("address", ""),
        ("address", "x"),
        ("pay_with", "cash"),
        ("pay_with", "card:"),
        ("seen_total_minor", "-1"),
        ("key", ""),
        ("key", "x" * 65),
    ],
)
def test_other_bad_answers_are_refused_as_well(
    client_of: ClientOf,
    rich_alice: User,
    url: str,
    filled: dict[str, Any],
    field: str,
    value: str,
) -> None:
    answer = client_of(rich_alice).post(url, {**filled, field: value})
    assert answer.status_code in {404, 422}
    assert not Order.objects.exists()


def test_price_and_store_in_the_form_mean_nothing(
    client_of: ClientOf, rich_alice: User, url: str, filled: dict[str, Any]
) -> None:
    said = {**filled, "price_minor": 1, "total_minor": 1, "currency": "JPY", "store": 1}
    client_of(rich_alice).post(url, said)
    order = Order.objects.get()
    assert (order.total_minor, order.currency) == (1650, "USD")


def test_too_little_money_keeps_the_card_open(
    client_of: ClientOf, mallory: User, url: str, filled: dict[str, Any]
) -> None:
    address = make.make_address(mallory.profile)
    answer = client_of(mallory).post(url, {**filled, "address": address.pk}, headers=HTMX)
    assert answer.status_code == 422
    assert 'name="pay_with"' in answer.content.decode()
    assert not Order.objects.exists()


def test_somebody_elses_card_is_not_found(
    client_of: ClientOf, rich_alice: User, url: str, filled: dict[str, Any], variant: Variant
) -> None:
    answer = client_of(rich_alice).post(url, {**filled, "pay_with": "card:999"})
    assert answer.status_code == 404
    assert StockItem.objects.get(variant=variant).held == 0


def test_a_stranger_is_sent_to_the_login_and_comes_back(client: Client, url: str) -> None:
    answer = client.get(url)
    assert answer.status_code in {302, 303}
    assert "login" in answer["Location"]
    assert client.post(url, {}).status_code in {302, 303}


def test_another_method_is_refused(client_of: ClientOf, alice: User, url: str) -> None:
    answer = client_of(alice).put(url)
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, POST"


def test_a_first_address_is_added_in_place(client_of: ClientOf, mallory: User, url: str) -> None:
    client = client_of(mallory)
    assert 'name="line1"' in client.get(url, headers=HTMX).content.decode()
    fields = {
        "full_name": "Mallory",
        "line1": "2 Side Street",
        "city": "Springfield",
        "country": "US",
    }
    answer = client.post(f"{url}address/", fields, headers=HTMX)
    address = Address.objects.get(profile=mallory.profile)
    assert f'name="address" value="{address.pk}" checked' in answer.content.decode()
    bad = client.post(f"{url}address/", {**fields, "country": "XX"}, headers=HTMX)
    assert bad.status_code == 422


def test_the_card_closes_again(client: Client, variant: Variant, url: str) -> None:
    answer = client.get(f"{url}offer/", headers=HTMX)
    assert "Buy" in answer.content.decode()
    assert client.get(f"{url}offer/").status_code == 303


def test_what_is_not_on_sale_is_not_found(
    client_of: ClientOf, alice: User, variant: Variant, url: str
) -> None:
    type(variant.product).objects.update(state="archived")
    assert client_of(alice).get(url).status_code == 404


def test_the_open_card_costs_the_same_with_many_addresses_and_variants(
    client_of: ClientOf, rich_alice: User, address: Address, variant: Variant, url: str
) -> None:
    client = client_of(rich_alice)
    counts = []
    for size in (1, 40):
        while variant.product.variants.count() < size:
            number = variant.product.variants.count()
            make.make_variant(variant.product.store, product=variant.product, name=f"No {number}")
            make.make_address(rich_alice.profile)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url, headers=HTMX).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_page_of_posts_with_cards_costs_the_same_for_one_and_for_twenty(
    client: Client, variant: Variant
) -> None:
    author = variant.product.store.profile
    client.get("/explore/")  # what stands beside the page is counted once and then remembered
    counts = []
    for size in (1, 20):
        while Post.objects.count() < size:
            product = make.make_variant(variant.product.store).product
            posts.publish(
                author=author,
                text="Look",
                card=CardRef("checkout", product.pk),
                now=clock.now(),
            )
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/explore/").content.decode()
        assert page.count('class="checkout card"') == size
        counts.append(len(queries))
    assert counts[0] == counts[1]
