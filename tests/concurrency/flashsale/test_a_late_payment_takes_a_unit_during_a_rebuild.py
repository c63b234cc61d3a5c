"""A unit that late money takes past the gate is not counted as one that can be claimed."""

import threading

import pytest
from django.db import transaction

from flashsale.gate import control
from flashsale.models import Claim, Sale
from flashsale.services import claims
from flashsale.services.watch import conservation, sweeps
from socialcommerce.lib import clock, faultpoints, guards, redis
from tests.concurrency.flashsale.crowds import PATIENCE, at_once, patience
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db(transaction=True)
UNITS = 3


def remain(sale: Sale) -> int:
    lot = sale.lots.get().pk
    return control.remains(redis.gate(), sale.pk, [lot])[lot]


def race() -> Sale:
    """The money has taken the unit and not committed when the rebuild comes to count."""
    sale = sales.live_sale(units=UNITS)
    sales.claim(sale, sales.crowd(sale, 1)[0])
    sales.drain(sale)
    Claim.objects.update(held_until=clock.now())
    sweeps.expire(sale_id=sale.pk, now=clock.now())
    order_id = Claim.objects.get().order_id or 0
    taken, opened = threading.Event(), threading.Event()

    def act(who: str) -> None:
        if who == "controller":
            assert taken.wait(timeout=PATIENCE)
            sales.reopen_gate(sale)
            opened.set()
            return
        with transaction.atomic():
            claim = claims.lock_of_order(order_id)
            assert claim is not None
            assert claims.be_paid_late(claim, now=clock.now())
            taken.set()
            opened.wait(timeout=patience("orders kept from the count"))

    assert at_once(act, ["money", "controller"], threads=2) == [None, None]
    return sale


def test_the_count_waits_for_it() -> None:
    sale = race()
    assert conservation.count(sale.pk).free == UNITS - 1
    assert remain(sale) == UNITS - 1


def test_without_the_guard_the_gate_counts_one_too_many() -> None:
    with guards.switched_off("orders kept from the count"):
        sale = race()
    assert remain(sale) == UNITS


@pytest.mark.parametrize("delta", [-1, 1])
def test_what_is_said_before_the_gate_is_loaded_is_done_when_it_is(delta: int) -> None:
    sale = sales.live_sale(units=UNITS)
    lot = sale.lots.get().pk

    def speaks() -> None:
        control.give(Sale.objects.get(pk=sale.pk), {lot: delta})

    with faultpoints.planned("gate loaded", speaks):
        sales.reopen_gate(sale)
    assert remain(sale) == UNITS + delta
    control.give(sale, {lot: delta})
    assert remain(sale) == UNITS + 2 * delta
