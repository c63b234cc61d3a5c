"""Constraints and triggers of the shop: what the database refuses, whoever asks."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from shop.models import StockItem, Variant
from shop.services import stock
from shop.services.checkout import CheckoutResult

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE shop_stockmovement SET on_hand_delta = 1",
        "DELETE FROM shop_stockmovement",
        "UPDATE shop_stockitem SET held = on_hand + 1",
        "UPDATE shop_stockitem SET held = -1",
        "UPDATE shop_variant SET price_minor = 0",
        "UPDATE shop_variant SET price_minor = 1000000000001",
        "UPDATE shop_order SET shown = '{}'",
        "UPDATE shop_order SET total_minor = total_minor + 1",
        "UPDATE shop_order SET payment_id = NULL",
        "UPDATE shop_order SET state = 'lost'",
        "UPDATE shop_order SET fee_minor = fee_minor + 1",
        "UPDATE shop_order SET fee_basis_points = 0",
        "UPDATE shop_product SET vat_basis_points = 10000",
        "UPDATE shop_store SET shipping_price_minor = -1",
        "UPDATE shop_orderline SET quantity = 0",
    ],
)
def test_it_is_refused(buy: Callable[..., CheckoutResult], statement: str) -> None:
    buy()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_rest_of_an_order_moves_on(buy: Callable[..., CheckoutResult]) -> None:
    order = buy().order
    order.carrier = "Post"
    order.save()
    order.refresh_from_db()
    assert order.carrier == "Post"


def test_a_variant_without_a_stock_row_gets_one_when_it_is_needed(variant: Variant) -> None:
    bare = Variant.objects.create(product=variant.product, name="Bare", price_minor=1)
    assert stock.lock([bare.pk])[bare.pk].free == 0
    assert StockItem.objects.filter(variant=bare).count() == 1
