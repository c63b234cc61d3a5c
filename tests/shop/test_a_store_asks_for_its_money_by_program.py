"""The API of a store's money: the same figures as the page, for whoever leads the store."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Role, User
from accounts.services import memberships
from payments.services import payouts
from shop.models import Store
from shop.services import orders
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock
from tests.factories.merchants import ready_account

pytestmark = pytest.mark.django_db
Buy = Callable[..., CheckoutResult]
ClientOf = Callable[[User], Client]
URL = "/api/v1/stores/paper_moon"


def today() -> dict[str, str]:
    now = clock.now()
    return {
        "since": (now - timedelta(days=1)).date().isoformat(),
        "until": (now + timedelta(days=1)).date().isoformat(),
    }


def test_the_statement_has_the_pages_figures(
    bob: User, buy: Buy, store: Store, client_of: ClientOf
) -> None:
    order = buy().order
    orders.ship(order_id=order.pk, carrier="Post", tracking_number="", now=clock.now())
    orders.confirm_receipt(order_id=order.pk, now=clock.now())
    ready_account(store.profile)
    payouts.ask(profile_id=store.profile_id, now=clock.now())
    found = client_of(bob).get(f"{URL}/statement", today()).json()
    assert (found["currency"], found["opening"]["total_minor"]) == ("USD", 0)
    (row,) = found["orders"]
    assert (row["number"], row["line"]["net_minor"]) == (order.number, 1_600)
    assert [line["paid_out_minor"] for line in found["others"]] == [-1_600]
    assert found["closing"]["total_minor"] == 0


def test_payouts_are_listed_by_pages(bob: User, buy: Buy, store: Store, client_of) -> None:
    order = buy().order
    orders.ship(order_id=order.pk, carrier="Post", tracking_number="", now=clock.now())
    orders.confirm_receipt(order_id=order.pk, now=clock.now())
    ready_account(store.profile)
    payouts.ask(profile_id=store.profile_id, now=clock.now())
    found = client_of(bob).get(f"{URL}/payouts").json()
    (payout,) = found["results"]
    assert (payout["amount_minor"], payout["state"]) == (1_600, "created")
    assert found["next_cursor"] is None


@pytest.mark.parametrize("page", ["statement", "payouts"])
def test_others_do_not_find_it(
    alice: User, mallory: User, store: Store, client: Client, client_of: ClientOf, page: str
) -> None:
    memberships.add(profile=store.profile, user=mallory, role=Role.PACKER, now=clock.now())
    for person in (alice, mallory):
        assert client_of(person).get(f"{URL}/{page}", today()).status_code == 404
    assert client.get(f"{URL}/{page}", today()).status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"since": "2026-01-01"},
        {"since": "x", "until": "2026-01-01"},
        {"since": "2026-01-02", "until": "2026-01-01"},
        {"since": "0001-01-01", "until": "9999-12-31"},
    ],
)
def test_periods_that_are_none_are_refused(
    bob: User, store: Store, client_of: ClientOf, query: dict[str, str]
) -> None:
    assert client_of(bob).get(f"{URL}/statement", query).status_code == 400
