"""A process remembers for a second what the gate published. Of a gate that was lost since then
it says nothing: whoever was in line would hear "sold out" and go home, and their unit with them.
"""

import pytest

from flashsale import tokens
from flashsale.gate import admission, published
from flashsale.gate.admission import Wishes
from flashsale.gate.keys import Keys
from flashsale.gate.rebuild import Turn, rebuild
from flashsale.models import Claim, Sale, Wave
from flashsale.services import waves
from flashsale.services.watch import sweeps
from flashsale.standings import Standing
from flashsale.tokens import SaleToken
from socialcommerce.lib import clock, redis
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory
from tests.factories.flashsale import Person
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db


def sold_out_line() -> tuple[Sale, Person]:
    """The only unit's claim is in line, and this process has seen that nothing remains."""
    sale = sales.live_sale(units=1)
    (person,) = sales.crowd(sale, 1)
    assert sales.claim(sale, person).standing == Standing.IN_LINE
    published.forget(sale.pk)
    assert published.of(sale.pk).remain == 0
    return sale, person


def open_anew(sale: Sale, *, turn: Turn | None = None) -> None:
    """As the controller does it, in a process of its own: this one's memory stays."""
    run_id = str(redis.gate().info("server")["run_id"])
    rebuild(sale_id=sale.pk, run_id=run_id, now=clock.now(), turn=turn)


def test_whoever_was_in_line_does_not_hear_sold_out_once_redis_is_empty() -> None:
    sale, person = sold_out_line()
    redis.gate().flushdb()
    token = sales.token_of(sale, person)
    assert admission.look(token).standing == Standing.RESTORING


def test_neither_does_whoever_asks_again_with_the_receipt() -> None:
    sale, person = sold_out_line()
    token = sales.token_of(sale, person)
    receipt = tokens.Receipt(sale.pk, sales.ticket(sale, person), sale.epoch, 1)
    redis.gate().flushdb()
    assert admission.claim(token, slot=1, earlier=receipt).standing == Standing.RESTORING


def test_the_gate_that_opened_anew_is_asked_at_once() -> None:
    sale, person = sold_out_line()
    token = sales.token_of(sale, person)
    receipt = tokens.Receipt(sale.pk, sales.ticket(sale, person), sale.epoch, 1)
    redis.gate().flushdb()
    open_anew(sale)
    assert admission.look(token).standing == Standing.RESTORING
    assert admission.claim(token, slot=1, earlier=receipt).standing == Standing.PLACED


def test_who_presses_when_the_second_wave_has_just_begun_is_in_line_at_once() -> None:
    sale, _holder = sold_out_line()
    sales.drain(sale)
    (second,) = sales.crowd(sale, 1)
    token = sales.token_of(sale, second)
    assert admission.claim(token, slot=1, earlier=None).standing == Standing.SOLD_OUT
    Wave.objects.create(sale=sale, number=1, opens_at=clock.now())
    Claim.objects.update(held_until=clock.now())
    sweeps.expire(sale_id=sale.pk, now=clock.now())
    assert published.of(sale.pk).wave == 0
    turn = waves.turn(sale, now=clock.now())
    assert turn is not None
    open_anew(sale, turn=turn)
    assert admission.claim(token, slot=1, earlier=None).standing == Standing.IN_LINE


def test_a_stranger_to_the_line_hears_sold_out_as_long_as_the_gate_stands() -> None:
    sale, _person = sold_out_line()
    (late,) = sales.crowd(sale, 1)
    assert admission.look(sales.token_of(sale, late)).standing == Standing.SOLD_OUT


def test_a_paused_sale_says_so_at_once() -> None:
    sale, person = sold_out_line()
    client, keys = redis.gate(), Keys(sale.pk)
    client.flushdb()
    client.set(keys.notice, "paused")
    assert admission.look(sales.token_of(sale, person)).standing == Standing.PAUSED


def test_a_received_reservation_is_not_denied_once_redis_is_empty() -> None:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    person = UserFactory.create().profile
    token = SaleToken(sale.pk, person.pk, 0, 0, 1)
    address = make_address(person)
    wishes = Wishes(sale.lots.get().pk, address.pk, pay_from_wallet=False, share=False)
    assert admission.reserve(token, wishes).standing == Standing.RECEIVED
    assert admission.look(token).standing == Standing.RECEIVED
    redis.gate().flushdb()
    assert admission.look(token).standing == Standing.RESTORING
