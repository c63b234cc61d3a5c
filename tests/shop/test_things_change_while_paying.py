"""An order keeps its promise, whatever the store or an operator does while it is being paid."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import User
from payments.models import Payment
from payments.sandbox.server import Sandbox
from payments.services import wallets
from shop.models import Order, StockItem, Store, Variant
from shop.services import checkout, orders, stores, sweeps
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock
from tests.payments.conftest import BindCard, bind

__all__ = ["bind"]

pytestmark = pytest.mark.django_db
Buy = Callable[..., CheckoutResult]
DECLINED = "4000000000000341"  # binds, then declines


@pytest.fixture
def waiting(buy: Buy, rich_alice: User, bind: BindCard, stripe_sandbox: Sandbox) -> Order:
    """Its card was declined; another one, or the wallet, may pay it."""
    order = buy(method="card", instrument_id=bind(rich_alice, DECLINED).pk).order
    assert order.state == "awaiting_payment"
    return order


def pay(order: Order) -> Order:
    return checkout.pay_order(
        order_id=order.pk,
        buyer=order.buyer,
        method="wallet",
        key="again",
        now=clock.now(),
        return_url="/orders/{number}/",
    ).order


def test_a_new_price_is_not_for_those_who_have_ordered(waiting: Order, variant: Variant) -> None:
    Variant.objects.update(price_minor=99_900)
    Store.objects.update(shipping_price_minor=5_000)
    assert pay(waiting).state == "paid"
    assert wallets.balance(profile_id=waiting.buyer_id).available_minor == 100_000 - 1650


def test_what_was_taken_off_the_shelf_is_still_theirs(waiting: Order, variant: Variant) -> None:
    Variant.objects.update(is_active=False)
    assert pay(waiting).state == "paid"
    assert StockItem.objects.get(variant=variant).on_hand == 4


def test_orders_under_way_go_on_when_their_store_is_suspended(waiting: Order) -> None:
    stores.suspend(store_id=waiting.store_id, now=clock.now())
    assert pay(waiting).state == "paid"
    orders.ship(order_id=waiting.pk, carrier="Post", tracking_number="", now=clock.now())
    orders.confirm_receipt(order_id=waiting.pk, now=clock.now())
    waiting.refresh_from_db()
    assert waiting.state == "completed"


def test_an_order_that_cannot_be_completed_keeps_no_other_waiting(
    buy: Buy, variant: Variant, caplog: pytest.LogCaptureFixture
) -> None:
    """The first one's payment is not what the ledger knows: a person has to look at it."""
    broken, sound = (buy(key=key).order for key in ("broken", "sound"))
    for order in (broken, sound):
        orders.ship(order_id=order.pk, carrier="Post", tracking_number="", now=clock.now())
    Payment.objects.filter(pk=broken.payment_id).update(currency="EUR")
    later = clock.now() + timedelta(days=60)
    assert sweeps.complete_received(now=later, limit=10) == 1
    broken.refresh_from_db()
    sound.refresh_from_db()
    assert (broken.state, sound.state) == ("shipped", "completed")
    assert f"Order {broken.pk} could not be moved on" in caplog.text
    Payment.objects.filter(pk=broken.payment_id).update(currency="USD")
