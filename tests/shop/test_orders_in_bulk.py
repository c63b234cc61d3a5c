"""What sales call: many orders, a fixed number of statements."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from payments.services import charges
from shop.models import Order, OrderLine, OrderOrigin, Store, Variant
from shop.services import orders, stock
from shop.services.bulk_orders import UnknownVariant
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
    assert counts == [3, 3]


def test_a_variant_of_another_store_is_refused(
    alice: User, mallory: User, variant: Variant, now: datetime
) -> None:
    other: Store = make.make_store(mallory, name="Other")
    with pytest.raises(UnknownVariant):
        orders.create_held([row(alice, variant, now, store_id=other.pk)], now=now)


def test_an_order_that_is_paid_already_has_payment_time_and_deadline(
    rich_alice: User, store: Store, variant: Variant, now: datetime
) -> None:
    paid_ref, held_ref = orders.allot(2)
    payment = charges.pay_from_wallet(
        payer_id=rich_alice.profile.pk,
        payee_id=store.profile_id,
        amount_minor=999,
        currency="USD",
        reference=f"order:{paid_ref.id}",
        key="claim:1",
        now=now,
    )
    rows = [row(rich_alice, variant, now)] * 2
    payments = {paid_ref.id: payment.pk}
    orders.create_held(rows, now=now, refs=[paid_ref, held_ref], payments=payments)
    paid, held = Order.objects.get(pk=paid_ref.id), Order.objects.get(pk=held_ref.id)
    assert (paid.state, paid.payment_id, paid.paid_at) == ("paid", payment.pk, now)
    assert paid.ship_by == now + timedelta(days=store.ship_within_days)
    assert (held.state, held.payment_id, held.paid_at) == ("awaiting_payment", None, None)
    assert (paid.number, held.number) == (paid_ref.number, held_ref.number)


def test_an_address_may_come_as_the_text_it_is_kept_as(
    alice: User, variant: Variant, now: datetime
) -> None:
    text = '{"full_name": "Zo\\u00eb \\"Z\\" \\\\ O\'Neil", "line1": "{1,2}"}'
    (ref,) = orders.create_held([row(alice, variant, now, address=text)], now=now)
    found = Order.objects.get(pk=ref.id).address
    assert found == {"full_name": 'Zo\u00eb "Z" \\ O\'Neil', "line1": "{1,2}"}


def test_what_was_written_as_paid_may_await_payment_after_all(
    rich_alice: User, store: Store, variant: Variant, now: datetime
) -> None:
    refs = orders.allot(2)
    payment = charges.pay_from_wallet(
        payer_id=rich_alice.profile.pk,
        payee_id=store.profile_id,
        amount_minor=999,
        currency="USD",
        reference=f"order:{refs[0].id}",
        key="claim:1",
        now=now,
    )
    orders.create_held(
        [row(rich_alice, variant, now)] * 2,
        now=now,
        refs=refs,
        payments={refs[0].id: 10**9, refs[1].id: 10**9 + 1},
    )
    orders.repay({refs[0].id: payment.pk, refs[1].id: None})
    paid, waits = (Order.objects.get(pk=ref.id) for ref in refs)
    assert (paid.state, paid.payment_id, paid.paid_at) == ("paid", payment.pk, now)
    assert paid.ship_by is not None
    assert (waits.state, waits.payment_id) == ("awaiting_payment", None)
    assert (waits.paid_at, waits.ship_by) == (None, None)


def test_discarded_orders_were_never_there(alice: User, variant: Variant, now: datetime) -> None:
    gone, stays = orders.create_held([row(alice, variant, now)] * 2, now=now)
    orders.discard([gone.id])
    assert list(Order.objects.values_list("pk", flat=True)) == [stays.id]
    assert list(OrderLine.objects.values_list("order_id", flat=True)) == [stays.id]


def test_an_order_of_nobody_is_refused_where_it_is_written(
    alice: User, variant: Variant, now: datetime
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        orders.create_held([row(alice, variant, now, buyer_id=0)], now=now)


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
