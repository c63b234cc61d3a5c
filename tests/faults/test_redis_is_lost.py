"""The gate's Redis is emptied, replaced, killed and brought back from yesterday, in mid-sale."""

import shutil
import time

import pytest

from flashsale.gate import published
from flashsale.gate.keys import Keys
from flashsale.intake import drains
from flashsale.models import Claim, Sale, Stream
from flashsale.services.watch.controller import Controller
from flashsale.standings import Standing
from socialcommerce.embedded.valkey import Valkey
from socialcommerce.lib import clock, redis
from tests.factories import flashsale as sales
from tests.faults.journal import Journal

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
UNITS = 6


def half_sold() -> tuple[Sale, Journal, list[sales.Person]]:
    """Three people hold a unit, three more are in line, six have come too late or not at all."""
    sale = sales.live_sale(units=UNITS)
    people = sales.crowd(sale, 12)
    sales.open_gate(sale)
    journal = Journal(sale)
    for person in people[:3]:
        journal.claim(person)
    assert sales.drain(sale) == 3
    for person in people[3:6]:
        assert journal.claim(person) == Standing.IN_LINE
    for person in people[:3]:
        assert journal.look(person) == Standing.HELD
    published.forget(sale.pk)
    return sale, journal, people


def tick(sale: Sale) -> None:
    """One second of the controller, and what the nudged worker would do."""
    troubles = Controller().tick(now=clock.now())
    assert troubles == []
    published.forget(sale.pk)
    drains.drain(sale_id=sale.pk, stream=Stream.CLAIMS)


def recover(sale: Sale, journal: Journal, people: list[sales.Person]) -> None:
    """Closed at first; then those who were in line come back, in any order, and enter first."""
    for person in people[3:6]:
        assert journal.claim(person) == Standing.RESTORING
    tick(sale)
    newcomer = people[6]
    assert journal.claim(newcomer) == Standing.RESTORING
    for person in reversed(people[3:6]):
        assert journal.claim(person) == Standing.PLACED
    time.sleep(1.1)  # the time for earlier places, a second in tests
    tick(sale)
    tick(sale)
    assert journal.claim(newcomer) == Standing.SOLD_OUT
    for person in people[:6]:
        assert journal.look(person) == Standing.HELD
    assert Claim.objects.filter(state="held").count() == UNITS
    entered = Claim.objects.order_by("unit__number").values_list("person_id", flat=True)
    assert list(entered) == [person.profile_id for person in people[:6]]
    journal.prove(units=UNITS)


def test_emptied(own_gate: Valkey) -> None:
    sale, journal, people = half_sold()
    redis.gate().flushall()
    recover(sale, journal, people)


def test_replaced_by_an_empty_one(own_gate: Valkey) -> None:
    sale, journal, people = half_sold()
    own_gate.kill()
    assert journal.claim(people[3]) == Standing.RESTORING
    own_gate.wipe()
    own_gate.start()
    recover(sale, journal, people)


def test_restored_from_yesterday(own_gate: Valkey) -> None:
    """Its claims of yesterday are known, its counts are not believed, nobody enters twice."""
    sale, journal, people = half_sold()
    own_gate.stop()
    yesterday = own_gate.folder / "yesterday"
    shutil.copytree(own_gate.folder / "data", yesterday)
    own_gate.start()
    sales.open_gate(sale)
    assert Claim.objects.filter(state="held").count() == UNITS
    own_gate.stop()
    own_gate.wipe()
    shutil.copytree(yesterday, own_gate.folder / "data")
    own_gate.start()
    published.forget(sale.pk)
    assert redis.gate().exists(Keys(sale.pk).meta)
    assert journal.claim(people[7]) == Standing.RESTORING
    tick(sale)
    time.sleep(1.1)
    tick(sale)
    assert journal.claim(people[7]) == Standing.SOLD_OUT
    journal.prove(units=UNITS)


def test_killed_and_started_again_keeps_who_was_in_line(own_gate: Valkey) -> None:
    sale, journal, people = half_sold()
    time.sleep(1.2)  # the append-only file reaches the disk each second
    own_gate.kill()
    own_gate.start()
    assert journal.claim(people[6]) == Standing.RESTORING
    tick(sale)  # the rebuild drains what survived before it opens
    for person in people[3:6]:
        assert journal.look(person) == Standing.HELD
    time.sleep(1.1)
    tick(sale)
    assert journal.claim(people[6]) == Standing.SOLD_OUT
    journal.prove(units=UNITS)


def test_while_it_is_away_the_controller_says_so_and_holds_still_expire(own_gate: Valkey) -> None:
    half_sold()
    own_gate.stop()
    Claim.objects.update(held_until=clock.now())
    (trouble,) = Controller().tick(now=clock.now())
    assert "ConnectionError" in trouble
    assert Claim.objects.filter(state="expired").count() == 3


def test_a_page_is_told_that_it_is_being_restored(own_gate: Valkey) -> None:
    sale, journal, people = half_sold()
    own_gate.stop()
    published.forget(sale.pk)
    assert journal.look(people[0]) == Standing.RESTORING


def test_out_of_memory_it_refuses_and_changes_nothing(own_gate: Valkey) -> None:
    sale = sales.live_sale(units=UNITS)
    (person,) = sales.crowd(sale, 1)
    sales.open_gate(sale)
    journal, client, keys = Journal(sale), redis.gate(), Keys(sale.pk)
    client.config_set("maxmemory", "1mb")
    assert journal.claim(person) == Standing.RESTORING
    client.config_set("maxmemory", "0")
    assert client.getbit(keys.claimed, 0) == 0
    assert client.get(keys.remain(sale.lots.get().pk)) == b"6"
    assert journal.claim(person) == Standing.IN_LINE
    sales.drain(sale)
    journal.prove(units=UNITS)
