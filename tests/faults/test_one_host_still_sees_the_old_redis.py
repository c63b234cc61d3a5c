"""Failed over: the site has gone on to a new gate, and one host still talks to the old one."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from flashsale.gate import published
from flashsale.gate.keys import Keys
from flashsale.intake import drains
from flashsale.models import Claim, Stream
from flashsale.services.watch.controller import Controller
from flashsale.standings import Standing
from socialcommerce.embedded.valkey import Valkey
from socialcommerce.lib import clock, redis
from tests.factories import flashsale as sales
from tests.faults.journal import Journal

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
LEASE_MS = 1_500
RESTORE_SECONDS = 4  # longer than the old lease: its people are still in time


@pytest.fixture
def new_gate(tmp_path: Path) -> Iterator[Valkey]:
    with Valkey(tmp_path / "new") as server:
        yield server


def look_at(gate: Valkey, settings: Settings, sale_id: int) -> None:
    """From now on this process is a host that sees that gate."""
    settings.REDIS_GATE_URL = gate.url
    redis.gate.cache_clear()
    published.forget(sale_id)


def test_what_it_admits_is_not_committed_and_keeps_its_place(
    own_gate: Valkey, new_gate: Valkey, settings: Settings
) -> None:
    settings.SALE_LEASE_MS, settings.SALE_RESTORE_SECONDS = LEASE_MS, RESTORE_SECONDS
    sale = sales.live_sale(units=2)
    people = sales.crowd(sale, 3)
    sales.reopen_gate(sale)
    journal = Journal(sale)
    renewed = time.monotonic()

    look_at(new_gate, settings, sale.pk)
    settings.SALE_LEASE_MS = 120_000  # of the new gate: a slow machine does not close it
    Controller().tick(now=clock.now())

    look_at(own_gate, settings, sale.pk)
    assert journal.claim(people[0]) == Standing.IN_LINE  # the old lease has not run out yet
    assert drains.drain(sale_id=sale.pk, stream=Stream.CLAIMS).entries == 0
    assert not Claim.objects.exists()  # its epoch is over: PostgreSQL took nothing of it
    time.sleep(max(0.0, LEASE_MS / 1000 - (time.monotonic() - renewed)) + 0.1)
    published.forget(sale.pk)
    assert journal.claim(people[1]) == Standing.RESTORING  # the old gate has closed by itself
    assert redis.gate().xlen(Keys(sale.pk).claims) == 1

    look_at(new_gate, settings, sale.pk)
    assert journal.claim(people[2]) == Standing.RESTORING  # earlier receipts come first
    assert journal.claim(people[0]) == Standing.PLACED
    time.sleep(RESTORE_SECONDS)
    for _second in range(2):
        Controller().tick(now=clock.now())
        published.forget(sale.pk)
    assert journal.claim(people[1]) == Standing.IN_LINE
    sales.drain(sale)
    for person in people:
        journal.look(person)
    assert set(Claim.objects.filter(state="held").values_list("person_id", flat=True)) == {
        people[0].profile_id,
        people[1].profile_id,
    }
    journal.prove(units=2)
