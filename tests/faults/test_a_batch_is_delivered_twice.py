"""The same entries to two workers, one after the other and at the same time."""

import threading
from contextlib import suppress

import pytest

from flashsale.gate import control
from flashsale.gate.keys import Keys
from flashsale.intake import batches, claim_batches, streams
from flashsale.intake.batches import Batch, Outcome
from flashsale.intake.streams import Entry
from flashsale.models import Claim, Sale, Stream
from flashsale.services.locking import StaleEpoch
from socialcommerce.lib import clock, faultpoints, redis
from tests.concurrency.flashsale.crowds import at_once
from tests.factories import flashsale as sales
from tests.faults.journal import Journal

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def deliver(sale: Sale, entries: list[Entry]) -> Outcome:
    batch = Batch(sale.pk, sale.epoch, entries, clock.now())
    return batches.work(batch, stream=Stream.CLAIMS, by=claim_batches.work)


def acknowledge(sale: Sale, outcome: Outcome) -> bool:
    keys = Keys(sale.pk)
    return control.settle(
        redis.gate(),
        control.fence_of(sale),
        stream=keys.claims,
        bitmap=keys.claimed,
        outcome=outcome,
    )


def filled(*, units: int, people: int) -> tuple[Sale, Journal, list[Entry]]:
    sale = sales.live_sale(units=units)
    crowd = sales.crowd(sale, people)
    sales.open_gate(sale)
    journal = Journal(sale)
    for person in crowd:
        journal.claim(person)
    return sale, journal, streams.take(redis.gate(), Keys(sale.pk).claims, count=500)


def test_one_after_the_other_changes_nothing() -> None:
    sale, journal, entries = filled(units=5, people=5)
    first, second = deliver(sale, entries), deliver(sale, entries)
    assert Claim.objects.count() == 5
    assert acknowledge(sale, second)
    assert acknowledge(sale, first)
    assert redis.gate().xlen(Keys(sale.pk).claims) == 0
    journal.prove(units=5)


def test_at_the_same_time_changes_nothing() -> None:
    sale, journal, entries = filled(units=5, people=5)
    both = threading.Barrier(2)

    def pause() -> None:
        with suppress(threading.BrokenBarrierError):
            both.wait(timeout=0.5)

    with faultpoints.planned("units picked", pause):
        outcomes = at_once(lambda _worker: deliver(sale, entries), [1, 2], threads=2)
    for outcome in outcomes:
        assert isinstance(outcome, Outcome), outcome
        assert acknowledge(sale, outcome)
    assert Claim.objects.count() == 5
    journal.prove(units=5)


def test_a_refused_claim_is_released_once_however_often_it_is_told() -> None:
    sale = sales.live_sale(units=3)
    (person,) = sales.crowd(sale, 1)
    sales.open_gate(sale)
    row = sales.Reservation.objects.get(person_id=person.profile_id)
    user = row.person.user
    assert user is not None
    user.is_active = False
    user.save()
    sales.claim(sale, person)
    entries = streams.take(redis.gate(), Keys(sale.pk).claims, count=500)
    first, second = deliver(sale, entries), deliver(sale, entries)
    assert acknowledge(sale, first)
    assert acknowledge(sale, second)
    lot = sale.lots.get().pk
    assert control.remains(redis.gate(), sale.pk, [lot]) == {lot: 3}


def test_a_worker_that_slept_over_a_rebuild_commits_nothing() -> None:
    sale, journal, entries = filled(units=5, people=5)
    old = Batch(sale.pk, sale.epoch, entries, clock.now())
    sales.reopen_gate(sale)
    assert Claim.objects.count() == 5  # the rebuild has drained them
    with pytest.raises(StaleEpoch):
        claim_batches.work(old)
    journal.prove(units=5)
