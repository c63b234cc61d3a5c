"""The order's page: what is next, and the moves that are the buyer's."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Notification, User
from payments.models import Refund
from payments.services import wallets
from shop.models import Order, StockItem, Store, Variant
from shop.services import orders, sweeps
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock
from tests.factories import shop as make

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
Buy = Callable[..., CheckoutResult]


def ship(order: Order) -> Order:
    return orders.ship(order_id=order.pk, carrier="Post", tracking_number="RR1", now=clock.now())


def available(user: User) -> int:
    return wallets.balance(profile_id=user.profile.pk).available_minor


def test_the_page_says_whose_turn_it_is(buy: Buy, client_of: ClientOf, alice: User) -> None:
    order = buy().order
    page = client_of(alice).get(order.get_absolute_url()).content.decode()
    assert "It is the store&#x27;s turn" in page
    assert order.number in page


@pytest.mark.parametrize("act", ["", "status/", "pay/", "cancel/", "received/"])
def test_somebody_elses_order_is_not_found(
    buy: Buy, client_of: ClientOf, mallory: User, bob: User, act: str
) -> None:
    order = buy().order
    for other in (mallory, bob):
        client = client_of(other)
        send = client.get if act in {"", "status/"} else client.post
        assert send(f"{order.get_absolute_url()}{act}").status_code == 404
    order.refresh_from_db()
    assert order.state == "paid"


@pytest.mark.parametrize("act", ["", "status/", "pay/", "cancel/", "received/"])
def test_strangers_are_sent_to_the_login(buy: Buy, client: Client, act: str) -> None:
    url = f"{buy().order.get_absolute_url()}{act}"
    answer = client.get(url) if act in {"", "status/"} else client.post(url)
    assert answer.status_code in {302, 303}
    assert "login" in answer["Location"]


@pytest.mark.parametrize("act", ["pay/", "cancel/", "received/"])
def test_acts_are_not_done_by_reading(buy: Buy, client_of: ClientOf, alice: User, act: str) -> None:
    assert client_of(alice).get(f"{buy().order.get_absolute_url()}{act}").status_code == 405


def test_cancelling_before_shipping_gives_everything_back(
    buy: Buy, client_of: ClientOf, alice: User, variant: Variant
) -> None:
    order = buy().order
    client = client_of(alice)
    answer = client.post(f"{order.get_absolute_url()}cancel/", {"reason": "too late"})
    assert answer.status_code == 303
    order.refresh_from_db()
    assert (order.state, order.cancel_reason) == ("cancelled", "too late")
    assert StockItem.objects.get(variant=variant).on_hand == 5
    assert available(alice) == 100_000
    assert "Your money is back" in client.get(order.get_absolute_url()).content.decode()


def test_cancelling_again_changes_nothing_and_says_so(
    buy: Buy, client_of: ClientOf, alice: User, variant: Variant
) -> None:
    url = f"{buy().order.get_absolute_url()}cancel/"
    client = client_of(alice)
    client.post(url)
    assert client.post(url).status_code == 409
    assert Refund.objects.count() == 1
    assert StockItem.objects.get(variant=variant).on_hand == 5
    assert available(alice) == 100_000


def test_a_reason_that_is_too_long_cancels_nothing(
    buy: Buy, client_of: ClientOf, alice: User
) -> None:
    order = buy().order
    url = order.get_absolute_url()
    answer = client_of(alice).post(f"{url}cancel/", {"reason": "x" * 201})
    assert answer.status_code == 422
    assert "200" in answer.content.decode()
    order.refresh_from_db()
    assert order.state == "paid"


def test_a_shipped_order_cannot_be_cancelled(buy: Buy, client_of: ClientOf, alice: User) -> None:
    order = ship(buy().order)
    assert client_of(alice).post(f"{order.get_absolute_url()}cancel/").status_code == 409


def test_confirming_receipt_pays_the_store_less_the_fee(
    buy: Buy, client_of: ClientOf, alice: User, store: Store
) -> None:
    order = ship(buy().order)
    url = f"{order.get_absolute_url()}received/"
    client = client_of(alice)
    assert client.post(url).status_code == 303
    order.refresh_from_db()
    assert order.state == "completed"
    # 3 % of 1650 is 49.5, rounded half up: 50
    assert wallets.balance(profile_id=store.profile_id).available_minor == 1600
    assert client.post(url).status_code == 409
    assert wallets.balance(profile_id=store.profile_id).available_minor == 1600


def test_the_deadline_confirms_what_nobody_confirmed(buy: Buy, store: Store) -> None:
    order = ship(buy().order)
    assert order.receive_by is not None
    early = order.receive_by - timedelta(seconds=1)
    assert sweeps.complete_received(now=early, limit=10) == 0
    assert sweeps.complete_received(now=order.receive_by, limit=10) == 1
    assert sweeps.complete_received(now=order.receive_by, limit=10) == 0
    assert wallets.balance(profile_id=store.profile_id).available_minor == 1600


def test_both_sides_are_told(buy: Buy, alice: User, bob: User) -> None:
    order = buy().order
    ship(order)
    assert Notification.objects.filter(recipient=bob.profile, kind="shop.order_paid").count() == 1
    shipped = Notification.objects.get(recipient=alice.profile, kind="shop.order_shipped")
    assert shipped.url == order.get_absolute_url()


def test_the_news_of_every_kind_can_be_read(
    buy: Buy, client_of: ClientOf, alice: User, bob: User
) -> None:
    ship(buy(key="a").order)
    orders.confirm_receipt(order_id=Order.objects.get(key="a").pk, now=clock.now())
    orders.cancel(order_id=buy(key="b").order.pk, reason="", now=clock.now())
    mine = client_of(alice).get("/notifications/").content.decode()
    theirs = client_of(bob).get("/notifications/").content.decode()
    assert "is on its way to you" in mine
    assert "is back with you" in mine
    assert "was bought" in theirs
    assert "was received" in theirs


def test_the_list_costs_the_same_for_one_and_for_twenty(
    buy: Buy, client_of: ClientOf, alice: User, variant: Variant
) -> None:
    make.fill_shelf(variant, 30)
    client = client_of(alice)
    counts = []
    for size in (1, 20):
        while Order.objects.count() < size:
            buy(key=f"k{Order.objects.count()}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/orders/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_list_goes_on_by_its_cursor(
    buy: Buy, client_of: ClientOf, alice: User, variant: Variant
) -> None:
    make.fill_shelf(variant, 30)
    for number in range(21):
        buy(key=f"k{number}")
    client = client_of(alice)
    page = client.get("/orders/").content.decode()
    cursor = page.split("/orders/?cursor=")[1].split('"')[0]
    assert client.get("/orders/", {"cursor": cursor}).content.decode().count('class="row"') == 1
    assert client.get("/orders/", {"cursor": "made-up"}).status_code == 400


def test_an_empty_list_says_what_to_do(client_of: ClientOf, mallory: User) -> None:
    assert "No orders yet" in client_of(mallory).get("/orders/").content.decode()
