"""A unit that comes back while the sale is being closed is in the store's stock, never nowhere."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from flashsale.models import Claim, Sale, Unit
from flashsale.services import claims
from flashsale.services import sales as sale_services
from flashsale.services.watch import conservation
from flashsale.unit_states import UnitState
from shop.models import StockItem
from shop.services import orders
from socialcommerce.lib import clock, guards
from tests.concurrency.flashsale.crowds import PATIENCE, at_once, patience
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db(transaction=True)
PLEDGED = 2
SPARE = 5  # what the factory leaves on the shelf beside the lot


def race(end: Callable[[Sale], object]) -> Sale:
    """An order is cancelled by its buyer and waits at the last moment; the sale ends meanwhile."""
    sale = sales.live_sale(units=PLEDGED)
    people = sales.crowd(sale, 1, pay_from_wallet=True)
    sales.fill_wallets(people, 10_000)
    sales.claim(sale, people[0])
    sales.drain(sale)
    Sale.objects.filter(pk=sale.pk).update(ends_at=clock.now())
    order_id = Claim.objects.get(state="paid").order_id or 0
    locked, ended = threading.Event(), threading.Event()
    release = claims._release

    def late(claim: Claim, *, now: object) -> None:
        locked.set()
        ended.wait(timeout=patience("sale kept"))
        release(claim, now=now)  # type: ignore[arg-type]

    def act(which: str) -> None:
        if which == "buyer":
            orders.cancel(order_id=order_id, reason="changed my mind", now=clock.now())
            return
        assert locked.wait(timeout=PATIENCE)
        end(sale)
        ended.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claims, "_release", late)
        said = at_once(act, ["buyer", "operator"], threads=2)
    assert said == [None, None]
    return sale


def settle(sale: Sale) -> None:
    sale_services.settle(sale_id=sale.pk, now=clock.now())


def cancel(sale: Sale) -> None:
    sale_services.cancel(sale_id=sale.pk, now=clock.now())


def on_the_shelf(sale: Sale) -> int:
    return StockItem.objects.get(variant=sale.lots.get().variant_id).on_hand


@pytest.mark.parametrize("end", [settle, cancel])
def test_it_is_back_in_stock(end: Callable[[Sale], object]) -> None:
    sale = race(end)
    assert set(Unit.objects.values_list("state", flat=True)) == {UnitState.RETURNED}
    assert on_the_shelf(sale) == PLEDGED + SPARE
    assert conservation.count(sale.pk).holds


@pytest.mark.parametrize("end", [settle, cancel])
def test_without_the_guard_it_is_lost_between_the_two(end: Callable[[Sale], object]) -> None:
    with guards.switched_off("sale kept"):
        sale = race(end)
    states = sorted(Unit.objects.values_list("state", flat=True))
    assert states == ["free", "returned"]
    assert on_the_shelf(sale) == PLEDGED + SPARE - 1


def test_a_batch_is_not_kept_waiting_by_an_order_that_moves() -> None:
    sale = sales.live_sale(units=PLEDGED)
    people = sales.crowd(sale, 2)
    sales.claim(sale, people[0])
    sales.drain(sale)
    sales.claim(sale, people[1])
    order_id = Claim.objects.get().order_id or 0

    def drain(_worker: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        return sales.drain(sale)

    with transaction.atomic():
        assert claims.lock_of_order(order_id) is not None
        assert at_once(drain, [1], threads=1) == [1]
