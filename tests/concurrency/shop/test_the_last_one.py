"""Two buyers, one piece, a pause between look and act: sold once with the lock, else twice."""

import pytest
from django.db.models import Sum

from accounts.models import Address
from shop.models import Order, StockItem, StockMovement, Variant
from shop.services import stock
from socialcommerce.lib import guards
from tests.concurrency.payments.threads import at_once
from tests.concurrency.shop.conftest import buying, pause_between_check_and_act

pytestmark = pytest.mark.django_db(transaction=True)


def race(buyers: list[Address], last_one: Variant) -> list[object]:
    with pause_between_check_and_act():
        return at_once([buying(address, last_one) for address in buyers])


def moved(variant: Variant) -> int:
    movements = StockMovement.objects.filter(stock_item__variant=variant)
    total: int = movements.aggregate(total=Sum("on_hand_delta"))["total"]
    return total


def test_with_the_lock_one_buys_it_and_the_other_hears_so(
    buyers: list[Address], last_one: Variant
) -> None:
    results = race(buyers, last_one)
    refused = [one for one in results if isinstance(one, stock.OutOfStock)]
    assert len(refused) == 1
    assert refused[0].extra["free"] == 0
    assert Order.objects.filter(state="paid").count() == 1
    assert StockItem.objects.get(variant=last_one).on_hand == moved(last_one) == 0


def test_without_the_lock_it_is_sold_twice(buyers: list[Address], last_one: Variant) -> None:
    with guards.switched_off("stock.lock"):
        race(buyers, last_one)
    assert Order.objects.filter(state="paid").count() == 2
    assert moved(last_one) == -1
