"""Three real worker processes at one sale: no entry twice, none forgotten, whoever dies."""

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from flashsale.gate.keys import GROUP, Keys
from flashsale.intake import streams
from flashsale.models import Claim, DeadLetter, Sale
from socialcommerce.lib import redis
from tests.factories import flashsale as sales
from tests.faults.conftest import Worker
from tests.faults.journal import Journal

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
UNITS = 300


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the workers meet at the sale's lock many times."""
    monkeypatch.setenv("SALE_DRAIN_BATCH", "10")


def in_line(sale: Sale) -> Journal:
    """Everybody who may have a unit is in line, one in two with the money to pay it."""
    people = sales.crowd(sale, UNITS, pay_from_wallet=True)
    sales.fill_wallets(people[::2], 10_000)
    sales.open_gate(sale)
    journal = Journal(sale)
    for person in people:
        journal.claim(person)
    return journal


def at_work(worker: Worker, sale: Sale, *, dies_at: str = "") -> list[int]:
    """How three workers at once ended, of which the first may die."""
    with ThreadPoolExecutor(3) as pool:
        runs = [
            pool.submit(worker, sale.pk, dies_at=dies_at if place == 0 else "")
            for place in range(3)
        ]
        return [run.result().returncode for run in runs]


def test_three_at_once_do_each_entry_once(worker: Worker) -> None:
    sale = sales.live_sale(units=UNITS)
    journal = in_line(sale)
    assert at_work(worker, sale) == [0, 0, 0]
    assert len(redis.gate().xinfo_consumers(Keys(sale.pk).claims, GROUP)) == 3
    assert Claim.objects.filter(state="paid").count() == UNITS / 2
    assert Claim.objects.filter(state="held").count() == UNITS / 2
    numbers = Claim.objects.order_by("log_number").values_list("log_number", flat=True)
    assert list(numbers) == list(range(1, UNITS + 1))
    assert not DeadLetter.objects.exists()
    journal.prove(units=UNITS)


def test_one_of_three_dies_and_the_others_end_its_batch(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = sales.live_sale(units=UNITS)
    journal = in_line(sale)
    ends = at_work(worker, sale, dies_at="claims before commit")
    assert ends[1:] == [0, 0]
    assert ends[0] in (-signal.SIGKILL, 0)  # 0: the others had left it nothing
    monkeypatch.setattr(streams, "TAKE_OVER_AFTER_MS", 0)
    sales.drain(sale)
    assert Claim.objects.count() == UNITS
    assert not DeadLetter.objects.exists()
    journal.prove(units=UNITS)
