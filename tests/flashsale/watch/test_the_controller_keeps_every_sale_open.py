"""Long work on one sale, a slow count and a closed store: the other sales notice nothing."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from flashsale import tasks
from flashsale.gate import published
from flashsale.gate.keys import Keys
from flashsale.models import Act, Claim, Sale
from flashsale.services.watch import conservation, controller
from flashsale.services.watch.controller import Controller
from flashsale.services.watch.long_work import Beside
from flashsale.services.watch.reconciliation import COUNTING_SHARE, Reconciliation
from shop.models import Store
from shop.store_states import StoreState
from socialcommerce.lib import clock, faultpoints, redis
from tests.factories import flashsale as sales


@pytest.mark.django_db(transaction=True)
def test_a_rebuild_that_lasts_takes_no_other_sales_lease() -> None:
    slow, other = sales.live_sale(units=1), sales.live_sale(units=1)
    boss = Controller(long_work=Beside())
    begun, go_on = threading.Event(), threading.Event()

    def lasts() -> None:
        begun.set()
        _wait(go_on)

    with faultpoints.planned("before the count", lasts):
        Sale.objects.filter(pk=slow.pk).update(nonce="old")
        assert boss.tick(now=clock.now()) == []
        _wait(begun)
        redis.gate().pexpire(Keys(other.pk).lease, 500)
        assert boss.tick(now=clock.now()) == []
        assert redis.gate().pttl(Keys(other.pk).lease) > 500
        assert boss.long_work.is_busy(slow.pk)
        assert not published.read(slow.pk).is_open
        go_on.set()
        _until_idle(boss, slow)
    assert boss.tick(now=clock.now()) == []
    assert published.read(slow.pk).is_open
    slow.refresh_from_db()
    assert slow.epoch == 2  # one rebuild, however many seconds it took


@pytest.mark.django_db(transaction=True)
def test_what_went_wrong_beside_is_said_at_the_next_try() -> None:
    sale = sales.live_sale(units=1)
    boss = Controller(long_work=Beside())
    Sale.objects.filter(pk=sale.pk).update(nonce="old")

    def breaks() -> None:
        raise RuntimeError("an answer nobody expected")

    with faultpoints.planned("before the count", breaks):
        assert boss.tick(now=clock.now()) == []
        _until_idle(boss, sale)
    (trouble,) = boss.tick(now=clock.now())
    assert "an answer nobody expected" in trouble
    _until_idle(boss, sale)
    assert published.read(sale.pk).is_open


@pytest.mark.django_db
def test_a_count_that_takes_long_is_asked_for_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    sale = sales.live_sale(units=1)
    asked: list[int] = []
    seconds = iter([0.0, 0.5, 1.0, 14.9, 15.0, 15.5])
    count = conservation.count

    def counts(sale_id: int) -> conservation.Count:
        asked.append(sale_id)
        return count(sale_id)

    monkeypatch.setattr(conservation, "count", counts)
    monkeypatch.setattr(
        "flashsale.services.watch.reconciliation.time.monotonic", lambda: next(seconds)
    )
    books = Reconciliation()
    assert COUNTING_SHARE == 30
    for _second in range(4):  # at 0.0 (took 0.5), 1.0, 14.9 and 15.0
        assert not books.books_fail(sale)
    assert len(asked) == 2


@pytest.mark.django_db
def test_the_sale_of_a_store_that_was_closed_is_paused() -> None:
    closed, other = sales.live_sale(units=1), sales.live_sale(units=1)
    store_id = closed.lots.get().variant.product.store_id
    Store.objects.filter(pk=store_id).update(state=StoreState.SUSPENDED)
    assert Controller().tick(now=clock.now()) == []
    closed.refresh_from_db()
    assert (closed.state, closed.pause_reason) == ("paused", "the store is closed")
    assert Act.objects.get(sale=closed, kind="paused").by is None
    assert sales.running(other)


@pytest.mark.django_db
def test_a_store_that_closes_after_the_end_keeps_nobody_from_paying() -> None:
    sale = sales.live_sale(units=1)
    sales.claim(sale, sales.crowd(sale, 1)[0])
    sales.drain(sale)
    Sale.objects.filter(pk=sale.pk).update(ends_at=clock.now())
    Store.objects.update(state=StoreState.SUSPENDED)
    assert Controller().tick(now=clock.now()) == []
    assert sales.running(sale)


@pytest.mark.django_db
def test_what_is_asked_for_each_second_is_stale_after_some(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sale = sales.live_sale(units=1)
    sales.claim(sale, sales.crowd(sale, 1)[0])
    sales.drain(sale)
    Claim.objects.update(state="paying", held_until=clock.now(), paying_until=clock.now())
    sent: list[dict[str, object]] = []
    for task in (tasks.stop_payments, tasks.tell_people):
        monkeypatch.setattr(task, "apply_async", lambda **how: sent.append(how))
    assert Controller().tick(now=clock.now() + timedelta(seconds=1)) == []
    assert len(sent) == 2
    assert all(how["expires"] == controller.QUEUED_EXPIRES_SECONDS for how in sent)


def _wait(event: threading.Event) -> None:
    assert event.wait(timeout=20)


def _until_idle(boss: Controller, sale: Sale) -> None:
    """The work beside is done; its connection is its own, so nothing of ours is in its way."""
    assert isinstance(boss.long_work, Beside)
    boss.long_work._threads[sale.pk].join(timeout=20)
    assert not boss.long_work.is_busy(sale.pk)
    connection.close()
