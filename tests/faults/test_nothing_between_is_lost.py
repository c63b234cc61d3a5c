"""Deaths and doubts between two steps: each pair of steps is one, or the second is asked again."""

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError

from accounts.models import User
from flashsale.gate import control
from flashsale.gate.keys import Keys
from flashsale.intake import streams
from flashsale.models import Claim, DeadLetter, Lot, Sale
from flashsale.services.watch import conservation
from flashsale.services.watch.controller import Controller
from flashsale.standings import Standing
from shop.models import StockItem
from shop.services import stock
from socialcommerce.lib import clock, faultpoints, redis
from tests.factories import flashsale as sales
from tests.faults.journal import Journal

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
BATCH = 1_000


def remain(sale: Sale) -> int:
    lot = sale.lots.get().pk
    return control.remains(redis.gate(), sale.pk, [lot])[lot]


@pytest.mark.parametrize("moment", ["claims after commit", "claims before commit"])
def test_a_worker_that_does_not_know_whether_it_has_committed_asks_again(
    moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to COMMIT is lost; it may have happened or not."""
    sale = sales.live_sale(units=3)
    people = sales.crowd(sale, 3, pay_from_wallet=True)
    sales.fill_wallets(people[:2], 10_000)
    journal = Journal(sale)
    for person in people:
        journal.claim(person)

    def answer_lost() -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with faultpoints.planned(moment, answer_lost), pytest.raises(OperationalError):
        sales.drain(sale)
    assert redis.gate().xlen(Keys(sale.pk).claims) == 3
    monkeypatch.setattr(streams, "TAKE_OVER_AFTER_MS", 0)
    assert sales.drain(sale) == 3
    assert sorted(Claim.objects.values_list("state", flat=True)) == ["held", "paid", "paid"]
    for person in people:
        journal.look(person)
    journal.prove(units=3)


def test_a_web_process_that_dies_after_the_script_has_queued_what_it_took() -> None:
    """Decrement, mark and entry are one script: there is no moment between them to die in."""
    sale = sales.live_sale(units=3)
    (person,) = sales.crowd(sale, 1)

    def dies() -> None:
        raise SystemExit

    with faultpoints.planned("before the nudge", dies), pytest.raises(SystemExit):
        sales.claim(sale, person)
    keys = Keys(sale.pk)
    assert (remain(sale), redis.gate().xlen(keys.claims)) == (2, 1)
    assert sales.claim(sale, person).standing == Standing.IN_LINE  # asked again, nothing doubled
    assert (remain(sale), redis.gate().xlen(keys.claims)) == (2, 1)
    assert Controller().tick(now=clock.now()) == []  # the nudge that was lost is sent again
    sales.drain(sale)
    assert Claim.objects.get().state == "held"


def test_one_poison_entry_in_a_batch_of_a_thousand_costs_no_other() -> None:
    assert django_settings.SALE_DRAIN_BATCH == BATCH
    sale = sales.live_sale(units=BATCH)
    people = sales.crowd(sale, BATCH - 1)
    for person in people[:200]:
        sales.claim(sale, person)
    poison = {b"person": b"\xff", b"\xfe": b"\x00", b"number": "９９".encode()}
    redis.gate().xadd(Keys(sale.pk).claims, poison)  # type: ignore[arg-type]
    for person in people[200:]:
        sales.claim(sale, person)
    assert sales.drain(sale) == BATCH
    assert Claim.objects.filter(state="held").count() == BATCH - 1
    assert DeadLetter.objects.count() == 1
    units = Claim.objects.order_by("reservation__number").values_list("unit__number", flat=True)
    assert list(units) == list(range(1, BATCH))
    assert conservation.count(sale.pk).holds
    assert redis.gate().xlen(Keys(sale.pk).claims) == 0


def test_a_sale_asks_nothing_of_beat() -> None:
    """Beat may be down or run twice: leases, drains, sweeps and the end are the controller's."""
    scheduled = {str(entry["task"]) for entry in django_settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled
    # What is planned and told around sales may wait for beat; a sale itself does not.
    around = {"plan_line_up", "send_reminders", "conclude_sales"}
    assert {task for task in scheduled if task.startswith("flashsale.")} == {
        f"flashsale.tasks.{name}" for name in around
    }


def test_stock_that_the_store_counts_lower_is_not_the_sales() -> None:
    """The lot has left the shelf when it was announced; nothing can be counted away from it."""
    sale = sales.live_sale(units=3)
    item = StockItem.objects.get(variant=sale.lots.get().variant_id)
    operator = User.objects.get(is_operator=True)
    stock.adjust(
        variant_id=item.variant_id,
        on_hand=0,
        reason="a fire",
        actor_id=operator.pk,
        now=clock.now(),
    )
    people = sales.crowd(sale, 3)
    for person in people:
        sales.claim(sale, person)
    sales.drain(sale)
    assert Claim.objects.filter(state="held").count() == 3
    assert conservation.count(sale.pk).holds


def test_a_pledge_lowered_past_the_services_pauses_the_sale() -> None:
    sale = sales.live_sale(units=3)
    Lot.objects.filter(sale=sale).update(pledged=2)
    Controller().tick(now=clock.now())
    assert not sales.running(sale)
    assert not control.open_fence(redis.gate(), sale.pk)
