"""Buyer, store and deadline act on one order at the same moment: one of them wins, whole."""

from datetime import timedelta

import pytest

from accounts.models import Address, User
from payments.models import Payment
from payments.sandbox.server import Sandbox
from payments.services import wallets
from shop.models import Order, StockItem, Store, Variant
from shop.services import checkout, orders, sweeps
from socialcommerce.lib import clock
from tests.concurrency.payments.threads import at_once
from tests.concurrency.shop.conftest import buying
from tests.factories import shop as make
from tests.payments.conftest import BindCard, bind

__all__ = ["bind"]

pytestmark = pytest.mark.django_db(transaction=True)
DECLINED = "4000000000000341"  # binds, then declines


@pytest.fixture
def variant(store: Store) -> Variant:
    return make.make_variant(store, on_hand=10)


def declined_order(address: Address, variant: Variant, bind: BindCard) -> Order:
    user = User.objects.get(profile=address.profile_id)
    return checkout.place(
        buyer=address.profile,
        variant_id=variant.pk,
        quantity=1,
        address_id=address.pk,
        method="card",
        instrument_id=bind(user, DECLINED).pk,
        seen_total_minor=1650,
        key="card",
        now=clock.now(),
        return_url="/orders/{number}/",
    ).order


def test_paying_cancelling_and_the_deadline_leave_one_truth(
    buyers: list[Address], variant: Variant, bind: BindCard, stripe_sandbox: Sandbox
) -> None:
    order = declined_order(buyers[0], variant, bind)

    def pay() -> object:
        return checkout.pay_order(
            order_id=order.pk,
            buyer=order.buyer,
            method="wallet",
            key="again",
            now=clock.now(),
            return_url="/orders/{number}/",
        )

    def cancel() -> object:
        return orders.cancel(order_id=order.pk, reason="", now=clock.now())

    def expire() -> object:
        return sweeps.expire_unpaid(now=clock.now() + timedelta(days=1), limit=10)

    results = at_once([pay, cancel, expire, pay, cancel, expire])
    errors = [one for one in results if isinstance(one, Exception)]
    assert all(isinstance(one, orders.NotNow) for one in errors), errors

    order.refresh_from_db()
    item = StockItem.objects.get(variant=variant)
    kept = order.state == "paid"
    assert order.state in {"paid", "cancelled", "expired"}
    assert (item.on_hand, item.held) == (9 if kept else 10, 0)
    left_minor = wallets.balance(profile_id=order.buyer_id).available_minor
    assert left_minor == 10_000 - (1650 if kept else 0)
    assert not Payment.objects.open().exists()


def test_buyer_and_deadline_complete_it_once(
    buyers: list[Address], variant: Variant, store: Store
) -> None:
    order = buying(buyers[0], variant)().order
    orders.ship(order_id=order.pk, carrier="Post", tracking_number="", now=clock.now())
    later = clock.now() + timedelta(days=60)

    def confirm() -> object:
        return orders.confirm_receipt(order_id=order.pk, now=clock.now())

    def deadline() -> object:
        return sweeps.complete_received(now=later, limit=10)

    results = at_once([confirm, deadline] * 3)
    completed = [one for one in results if isinstance(one, Order) or one == 1]
    assert len(completed) == 1
    assert wallets.balance(profile_id=store.profile_id).available_minor == 1600
