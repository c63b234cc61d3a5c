"""A unit that is freed before the rebuild counts, and given after it has loaded, counts once."""

import threading

import pytest

from flashsale.gate import control
from flashsale.models import Claim, Sale
from flashsale.services.watch import conservation, sweeps
from socialcommerce.lib import clock, faultpoints, guards, redis
from tests.concurrency.flashsale.crowds import PATIENCE, at_once
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db(transaction=True)
UNITS = 3


def race() -> Sale:
    """The sweep commits between epoch and count, and speaks to the gate when it is open."""
    sale = sales.live_sale(units=UNITS)
    sales.claim(sale, sales.crowd(sale, 1)[0])
    sales.drain(sale)
    Claim.objects.update(held_until=clock.now())
    counting, freed, opened = threading.Event(), threading.Event(), threading.Event()

    def before_the_count() -> None:
        counting.set()
        assert freed.wait(timeout=PATIENCE)

    def units_returned() -> None:
        freed.set()
        assert opened.wait(timeout=PATIENCE)

    def act(who: str) -> None:
        if who == "sweep":
            assert counting.wait(timeout=PATIENCE)
            sweeps.expire(sale_id=sale.pk, now=clock.now())
            return
        sales.reopen_gate(sale)
        opened.set()

    with (
        faultpoints.planned("before the count", before_the_count),
        faultpoints.planned("units returned", units_returned),
    ):
        assert at_once(act, ["sweep", "controller"], threads=2) == [None, None]
    return sale


def remain(sale: Sale) -> int:
    lot = sale.lots.get().pk
    return control.remains(redis.gate(), sale.pk, [lot])[lot]


def test_it_is_counted_once() -> None:
    sale = race()
    assert conservation.count(sale.pk).free == UNITS
    assert remain(sale) == UNITS


def test_without_the_guard_the_gate_counts_one_too_many() -> None:
    with guards.switched_off("nonce with the count"):
        sale = race()
    assert remain(sale) == UNITS + 1
