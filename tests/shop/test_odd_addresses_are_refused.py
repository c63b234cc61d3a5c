"""Addresses nobody meant: a clear refusal, never a server error."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from shop.models import Store, Variant
from shop.services.checkout import CheckoutResult
from tests.factories import shop as make

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
Buy = Callable[..., CheckoutResult]

HUGE = "9" * 26
BEFORE_THE_FIRST_YEAR = "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwxXQ"  # a date, and no cursor

TAILS = [
    "abc/change/",
    f"{HUGE}/change/",
    "_00/change/",
    "%00/change/",
    "abc/delete/",
    "abc/history/",
    "abc/ship/",
    "abc/adjust/",
    f"{HUGE}/cancel/",
    "?q=%00",
    "?id__exact=abc",
    "?id__in=1,abc",
    "?state__exact=%00",
    f"?store__id__exact={HUGE}",
    "?o=999.99.-1",
    f"?p={HUGE}",
    "?_to_field=number",
    "add/?_to_field=buyer&_popup=1",
    "?created_at__gte=abc",
    "?id__isnull=maybe",
]


@pytest.mark.parametrize(
    "url",
    [
        "/market/stores/%00/",
        "/market/stores/%ED%A0%80/",
        f"/market/stores/{'a' * 3000}/",
        "/market/?store=%00",
        "/market/products/1/%00/",
        f"/market/products/{HUGE}/x/",
        f"/checkout/{HUGE}/",
        "/checkout/1/?variant=1&quantity=%00",
        "/orders/%00/",
        "/orders/%00/status/",
        "/orders/nothing/",
        "/orders/?cursor=abc",
        "/api/v1/orders/%00",
        "/api/v1/products?q=%00",
        f"/api/v1/products/{HUGE}",
    ],
)
def test_it_is_a_clear_refusal(client_of: ClientOf, alice: User, url: str) -> None:
    answer = client_of(alice).get(url)
    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"].startswith(
        "application/problem+json" if "/api/" in url else "text/html"
    )


def test_a_cursor_from_before_all_time_finds_nothing(client: Client, variant: Variant) -> None:
    answer = client.get(f"/market/?cursor={BEFORE_THE_FIRST_YEAR}")
    assert answer.status_code == 200
    assert variant.product.title not in answer.content.decode()


def test_a_title_in_another_script_has_an_address(client: Client, store: Store) -> None:
    product = make.make_variant(store, title="茶 碗").product
    assert "茶 碗" in client.get(product.get_absolute_url()).content.decode()


@pytest.mark.parametrize("kind", ["store", "product", "stockitem", "order"])
def test_the_merchant_site_takes_them_calmly(
    client_of: ClientOf, bob: User, buy: Buy, kind: str
) -> None:
    buy()
    merchant = client_of(bob)
    form = {"action": "delete_selected", "_selected_action": "abc"}
    for tail in TAILS:
        url = f"/merchant/shop/{kind}/{tail}"
        assert merchant.get(url).status_code < 500, url
        assert merchant.post(url, form).status_code < 500, url
