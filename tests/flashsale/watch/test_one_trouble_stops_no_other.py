"""What goes wrong with one payment, one order or one sale keeps none of the others waiting."""

from datetime import timedelta

import pytest
from django.db import InterfaceError

from flashsale.gate import control
from flashsale.gate.keys import Keys
from flashsale.management.commands import sale_controller
from flashsale.models import Claim
from flashsale.services import sales as sale_services
from flashsale.services.watch import sweeps
from flashsale.services.watch.controller import Controller
from flashsale.services.watch.leadership import Leadership
from socialcommerce.lib import clock, faultpoints, redis
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db
# psycopg2 calls the second use of a lost connection an InterfaceError.
CLOSED = InterfaceError("connection already closed")
ODD = RuntimeError("an answer nobody expected")


class BreaksOnce:
    """What comes by first meets an error that nobody expected."""

    def __init__(self, error: Exception) -> None:
        self.error, self.came = error, 0

    def __call__(self) -> None:
        self.came += 1
        if self.came == 1:
            raise self.error


def test_a_sale_that_breaks_in_an_unknown_way_does_not_close_the_next() -> None:
    broken, well = sales.live_sale(units=1), sales.live_sale(units=1)
    redis.gate().pexpire(Keys(well.pk).lease, 500)
    with faultpoints.planned("before a sale's second", BreaksOnce(CLOSED)):
        (trouble,) = Controller().tick(now=clock.now())
    assert f"sale {broken.pk}" in trouble
    assert "connection already closed" in trouble
    assert redis.gate().pttl(Keys(well.pk).lease) > 500


def test_a_connection_that_was_closed_does_not_end_the_controller() -> None:
    leadership = Leadership()
    try:
        with faultpoints.planned("before the second", BreaksOnce(CLOSED)):
            assert "away" in sale_controller._second(leadership, Controller())
    finally:
        leadership.release()


def test_a_cancelled_sale_pays_back_behind_an_order_that_cannot_be_cancelled() -> None:
    sale = sales.live_sale(units=2)
    for person in sales.crowd(sale, 2):
        sales.claim(sale, person)
    sales.drain(sale)
    sale_services.cancel(sale_id=sale.pk, now=clock.now())
    with faultpoints.planned("before an order is wound up", BreaksOnce(ODD)):
        assert sale_services.wind_up(sale_id=sale.pk, limit=10, now=clock.now()) == 1
    states = Claim.objects.order_by("pk").values_list("order__state", flat=True)
    assert list(states) == ["awaiting_payment", "cancelled"]


def test_late_payments_are_stopped_behind_one_that_cannot_be() -> None:
    sale = sales.live_sale(units=2)
    for person in sales.crowd(sale, 2):
        sales.claim(sale, person)
    sales.drain(sale)
    Claim.objects.update(state="paying", paying_until=clock.now())
    with faultpoints.planned("before a payment is stopped", BreaksOnce(ODD)):
        sweeps.stop_payments(sale_id=sale.pk, now=clock.now() + timedelta(hours=1))
    assert sorted(Claim.objects.values_list("state", flat=True)) == ["held", "paying"]


def test_a_second_expires_only_so_many_holds_that_leases_are_still_renewed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sale = sales.live_sale(units=10)
    for person in sales.crowd(sale, 10):
        sales.claim(sale, person)
    sales.drain(sale)
    Claim.objects.update(held_until=clock.now())
    monkeypatch.setattr(sweeps, "LIMIT", 1)
    assert Controller().tick(now=clock.now()) == []
    assert 0 < Claim.objects.filter(state="expired").count() < 10


def test_the_keys_of_a_cancelled_sale_go_by_themselves() -> None:
    sale = sales.live_sale(units=1)
    sales.claim(sale, sales.crowd(sale, 1)[0])
    sale_services.cancel(sale_id=sale.pk, now=clock.now())
    keys = Keys(sale.pk)
    for name in (keys.claims, keys.claimed, keys.notice):
        assert redis.gate().pttl(name) > 0, name
    assert control.open_fence(redis.gate(), sale.pk) is None
