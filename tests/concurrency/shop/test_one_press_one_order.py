"""The same key fifty times at once is one order; an order's moves happen once."""

import pytest

from accounts.models import Address
from payments.models import Payment, Refund
from payments.services import wallets
from shop.models import Order, StockItem, Store, Variant
from shop.services import orders
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock
from tests.concurrency.payments.threads import at_once
from tests.concurrency.shop.conftest import buying, without_the_unique_key
from tests.factories import shop as make

pytestmark = pytest.mark.django_db(transaction=True)
PRESSES = 50


@pytest.fixture
def variant(store: Store) -> Variant:
    return make.make_variant(store, on_hand=100)


def press(address: Address, variant: Variant) -> list[object]:
    buy = buying(address, variant)
    results: list[object] = []
    for _burst in range(PRESSES // 10):
        results += at_once([buy] * 10)
    return results


def test_fifty_presses_with_one_key_are_one_order(buyers: list[Address], variant: Variant) -> None:
    results = press(buyers[0], variant)
    assert {one.order.pk for one in results if isinstance(one, CheckoutResult)} == {
        Order.objects.get().pk
    }
    assert len(results) == PRESSES
    assert not [one for one in results if isinstance(one, Exception)]
    assert Payment.objects.count() == 1
    assert StockItem.objects.get(variant=variant).on_hand == 99


def test_without_the_unique_key_they_are_more(buyers: list[Address], variant: Variant) -> None:
    with without_the_unique_key():
        at_once([buying(buyers[0], variant)] * 10)
        assert Order.objects.count() > 1


def paid_order(address: Address, variant: Variant) -> Order:
    return buying(address, variant)().order


def test_ten_cancellations_at_once_refund_once(buyers: list[Address], variant: Variant) -> None:
    order = paid_order(buyers[0], variant)

    def cancel() -> object:
        return orders.cancel(order_id=order.pk, reason="", now=clock.now())

    results = at_once([cancel] * 10)
    assert sum(isinstance(one, orders.NotNow) for one in results) == 9
    assert Refund.objects.count() == 1
    assert StockItem.objects.get(variant=variant).on_hand == 100
    assert wallets.balance(profile_id=buyers[0].profile_id).available_minor == 10_000


def test_shipping_and_cancelling_at_once_end_in_one_of_both(
    buyers: list[Address], variant: Variant
) -> None:
    order = paid_order(buyers[0], variant)

    def cancel() -> object:
        return orders.cancel(order_id=order.pk, reason="", now=clock.now())

    def ship() -> object:
        return orders.ship(order_id=order.pk, carrier="Post", tracking_number="", now=clock.now())

    results = at_once([cancel, ship])
    assert sum(isinstance(one, orders.NotNow) for one in results) == 1
    order.refresh_from_db()
    expected = {"cancelled": 1, "shipped": 0}[order.state]
    assert Refund.objects.count() == expected


def test_receipt_confirmed_ten_times_at_once_pays_the_store_once(
    buyers: list[Address], variant: Variant, store: Store
) -> None:
    order = paid_order(buyers[0], variant)
    orders.ship(order_id=order.pk, carrier="Post", tracking_number="", now=clock.now())

    def confirm() -> object:
        return orders.confirm_receipt(order_id=order.pk, now=clock.now())

    results = at_once([confirm] * 10)
    assert sum(isinstance(one, orders.NotNow) for one in results) == 9
    assert wallets.balance(profile_id=store.profile_id).available_minor == 1600
