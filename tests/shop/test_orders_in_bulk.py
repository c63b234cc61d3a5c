"""What sales call: many orders, a fixed number of statements."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from payments.services import charges
from shop.models import Order, OrderOrigin, Store, Variant
from shop.services import orders, stock
from shop.services.bulk_orders import NotAwaitingPayment, UnknownVariant
from tests.factories import shop as make

pytestmark = pytest.mark.django_db


def row(buyer: User, variant: Variant, now: datetime, **changes: object) -> orders.HeldOrder:
    fields = {
        "buyer_id": buyer.profile.pk,
        "store_id": variant.product.store_id,
        "variant_id": variant.pk,
        "quantity": 1,
        "unit_price_minor": 999,
        "shipping_minor": 0,
        "currency": "USD",
        "address": {"full_name": 'Zoë "Z" O\'Neil'},
        "origin_reference": "claim:1",
        "pay_by": now + timedelta(minutes=5),
    }
    return orders.HeldOrder(**{**fields, **changes})  # type: ignore[arg-type]


def test_orders_come_back_in_row_order(
    alice: User, mallory: User, variant: Variant, now: datetime
) -> None:
    rows = [row(alice, variant, now, quantity=2), row(mallory, variant, now)]
    refs = orders.create_held(rows, now=now)
    found = [Order.objects.get(pk=ref.id, number=ref.number) for ref in refs]
    assert [one.buyer_id for one in found] == [alice.profile.pk, mallory.profile.pk]
    assert [one.total_minor for one in found] == [1998, 999]
    assert found[0].address == {"full_name": 'Zoë "Z" O\'Neil'}
    assert found[0].origin == OrderOrigin.SALE
    assert found[0].shown["unit_price_minor"] == 999
    assert found[0].lines.get().title == variant.product.title


def test_no_stock_moves(alice: User, variant: Variant, now: datetime) -> None:
    orders.create_held([row(alice, variant, now)], now=now)
    assert stock.lock([variant.pk])[variant.pk].free == 5


def test_a_hundred_take_as_many_statements_as_one(
    alice: User, variant: Variant, now: datetime
) -> None:
    counts = []
    for size in (1, 100):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            orders.create_held([row(alice, variant, now)] * size, now=now)
        counts.append(len(queries))
    assert counts == [1, 1]


def test_a_variant_of_another_store_is_refused(
    alice: User, mallory: User, variant: Variant, now: datetime
) -> None:
    other: Store = make.make_store(mallory, name="Other")
    with pytest.raises(UnknownVariant):
        orders.create_held([row(alice, variant, now, store_id=other.pk)], now=now)


def test_paying_many_sets_payment_and_time(
    rich_alice: User, store: Store, variant: Variant, now: datetime
) -> None:
    (ref,) = orders.create_held([row(rich_alice, variant, now)], now=now)
    payment = charges.pay_from_wallet(
        payer_id=rich_alice.profile.pk,
        payee_id=store.profile_id,
        amount_minor=999,
        currency="USD",
        reference="claim:1",
        key="claim:1",
        now=now,
    )
    orders.mark_paid_many({ref.id: payment.pk}, now=now)
    order = Order.objects.get(pk=ref.id)
    assert (order.state, order.payment_id, order.paid_at) == ("paid", payment.pk, now)
    with pytest.raises(NotAwaitingPayment), transaction.atomic():
        orders.mark_paid_many({ref.id: payment.pk}, now=now)


def test_expiring_many_answers_which_still_waited(
    alice: User, variant: Variant, now: datetime
) -> None:
    refs = orders.create_held([row(alice, variant, now)] * 2, now=now)
    Order.objects.filter(pk=refs[0].id).update(state="cancelled")
    assert orders.expire_many([ref.id for ref in refs], now=now) == {refs[1].id}
    assert orders.expire_many([ref.id for ref in refs], now=now) == set()


def test_a_lot_leaves_the_stock_and_comes_back(variant: Variant, now: datetime) -> None:
    stock.take_lot(variant_id=variant.pk, quantity=5, reference="sale:1", now=now)
    with pytest.raises(stock.OutOfStock):
        stock.take_lot(variant_id=variant.pk, quantity=1, reference="sale:2", now=now)
    stock.give_back_lot(variant_id=variant.pk, quantity=3, reference="sale:1", now=now)
    assert stock.lock([variant.pk])[variant.pk].on_hand == 3
