"""A real worker process, killed by SIGKILL at the worst moments of a batch."""

import signal

import pytest

from flashsale.intake import streams
from flashsale.models import Claim
from tests.factories import flashsale as sales
from tests.faults.conftest import Worker
from tests.faults.journal import Journal

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
UNITS = 20


@pytest.mark.parametrize(
    ("moment", "committed"),
    [
        ("claims before commit", 0),
        ("claims after commit", UNITS),
        ("claims before ack", UNITS),
    ],
)
def test_the_next_worker_ends_what_it_began(
    moment: str, committed: int, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = sales.live_sale(units=UNITS)
    people = sales.crowd(sale, UNITS + 10, pay_from_wallet=True)
    sales.fill_wallets(people[:10], 10_000)
    sales.open_gate(sale)
    journal = Journal(sale)
    for person in people:
        journal.claim(person)
    assert worker(sale.pk, dies_at=moment).returncode == -signal.SIGKILL
    assert Claim.objects.count() == committed
    # Entries of the dead are taken over after some seconds of silence; the test need not wait.
    monkeypatch.setattr(streams, "TAKE_OVER_AFTER_MS", 0)
    assert sales.drain(sale) == UNITS
    assert Claim.objects.count() == UNITS
    assert Claim.objects.filter(state="paid").count() == 10
    for person in people:
        journal.look(person)
    journal.prove(units=UNITS)


def test_a_worker_that_lives_does_it_all(worker: Worker) -> None:
    sale = sales.live_sale(units=2)
    people = sales.crowd(sale, 3)
    sales.open_gate(sale)
    journal = Journal(sale)
    for person in people:
        journal.claim(person)
    assert worker(sale.pk).returncode == 0
    journal.prove(units=2)
