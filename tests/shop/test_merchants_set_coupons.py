"""A merchant sets coupons and ends them; what they gave stands in list and statement."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from accounts.services import memberships
from payments.statements import Period
from shop.models import Coupon, Store
from shop.services.checkout import CheckoutResult
from shop.statements import as_rows, store_statement
from socialcommerce.lib import clock
from tests.factories.coupons import make_coupon
from tests.factories.shop import make_store

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
ADD, LIST = "merchant:shop_coupon_add", "merchant:shop_coupon_changelist"


@pytest.fixture
def browser(bob: User, store: Store, client_of: ClientOf) -> Client:
    return client_of(bob)


def said(of: Store, **changes: str) -> dict[str, str]:
    until = (clock.now() + timedelta(days=7)).strftime("%Y-%m-%d %H:%M")
    usual = {
        "store": str(of.pk),
        "code": "welcome",
        "basis_points": "2000",
        "valid_until": until,
        "per_person": "1",
    }
    return {**usual, **changes}


def test_a_coupon_is_set(browser: Client, store: Store) -> None:
    assert "never the shipping" in browser.get(reverse(ADD)).content.decode()
    more = {"budget": "100.00", "minimum": "10", "uses_max": "50"}
    assert browser.post(reverse(ADD), said(store, **more)).status_code == 302
    coupon = Coupon.objects.get()
    assert (coupon.code, coupon.basis_points, coupon.budget_minor) == ("WELCOME", 2_000, 10_000)
    assert (coupon.minimum_minor, coupon.uses_max) == (1_000, 50)
    assert "20 %" in browser.get(reverse(LIST)).content.decode()


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "5.00"},
        {"basis_points": ""},
        {"basis_points": "10001"},
        {"basis_points": "0"},
        {"code": "x"},
        {"code": "sp ace"},
        {"valid_until": "2001-01-01 00:00"},
        {"budget": "-5"},
        {"budget": "1e3"},
        {"per_person": "0"},
        {"uses_max": "0"},
        {"store": "999999"},
    ],
)
def test_what_cannot_be_set_is_said(change: dict[str, str], browser: Client, store: Store) -> None:
    assert browser.post(reverse(ADD), said(store, **change)).status_code == 422
    assert not Coupon.objects.exists()


def test_another_merchant_sets_none_here(
    mallory: User, bob: User, store: Store, client_of: ClientOf
) -> None:
    make_store(mallory, name="Elsewhere")
    answer = client_of(mallory).post(reverse(ADD), said(store))
    assert answer.status_code == 422
    assert not Coupon.objects.exists()


def test_one_is_ended(browser: Client, store: Store) -> None:
    coupon = make_coupon(store)
    browser.post(reverse(LIST), {"action": "end", "_selected_action": [coupon.pk]})
    coupon.refresh_from_db()
    assert coupon.ended_at is not None


def test_a_packer_ends_none(alice: User, bob: User, store: Store, client_of: ClientOf) -> None:
    coupon = make_coupon(store)
    memberships.add(profile=store.profile, user=alice, role=Role.PACKER, now=clock.now())
    client_of(alice).post(reverse(LIST), {"action": "end", "_selected_action": [coupon.pk]})
    coupon.refresh_from_db()
    assert coupon.ended_at is None


def test_the_statement_has_a_column_for_discounts(
    store: Store, buy: Callable[..., CheckoutResult]
) -> None:
    make_coupon(store)
    since = clock.now() - timedelta(hours=1)
    buy(code="WELCOME", seen_total_minor=1_400)
    found = store_statement(store, Period(since, clock.now() + timedelta(hours=1)))
    (row,) = found.orders
    placed_for = row.goods_minor + row.shipping_minor + row.discount_minor
    assert (row.discount_minor, placed_for, row.line.sold_minor) == (-250, 1_400, 1_400)
    headings, _opening, order, *_rest = as_rows(found)
    assert len(headings) == len(order)
    assert order[headings.index("discount")] == "-2.50"
