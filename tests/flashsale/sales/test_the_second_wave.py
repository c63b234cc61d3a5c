"""Unpaid units come back at the announced time to those who came and lost, and to nobody else."""

from datetime import datetime, timedelta

import pytest

from flashsale import verification
from flashsale.gate import control, published
from flashsale.models import Act, Attendance, Claim, Sale, Wave
from flashsale.services import waves
from flashsale.services.watch import conservation
from flashsale.services.watch.controller import Controller
from flashsale.standings import Standing
from socialcommerce.lib import clock, redis
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person

pytestmark = pytest.mark.django_db
UNITS = 2


def tick(sale: Sale, *, now: datetime | None = None) -> None:
    assert Controller().tick(now=now or clock.now()) == []
    published.forget(sale.pk)
    sale.refresh_from_db()


def sold_out(
    *, people: int = 4, come: int = 4, units: int = UNITS, slots: int = 1
) -> tuple[Sale, list[Person]]:
    """Everything is held, everybody else who came has lost, and a wave is announced."""
    sale = sales.live_sale(units=units, slots=slots)
    Wave.objects.create(sale=sale, number=1, opens_at=clock.now() + timedelta(minutes=10))
    crowd = sales.crowd(sale, people)
    sales.open_gate(sale)
    for person in crowd[:come]:
        sales.claim(sale, person)
    sales.drain(sale)
    published.forget(sale.pk)
    return sale, crowd


def nobody_pays(sale: Sale) -> None:
    Claim.objects.filter(sale=sale).update(held_until=clock.now())
    tick(sale)


def time_comes(sale: Sale) -> Wave:
    Wave.objects.filter(sale=sale, opened_at=None).update(opens_at=clock.now())
    tick(sale)
    return sale.waves.get(number=1)


def remain(sale: Sale) -> int:
    return sum(control.remains(redis.gate(), sale.pk, [sale.lots.get().pk]).values())


def test_what_was_not_paid_is_offered_to_those_who_came_and_lost() -> None:
    sale, crowd = sold_out()
    nobody_pays(sale)
    assert conservation.count(sale.pk).pooled == UNITS
    wave = time_comes(sale)
    assert (wave.units, sale.wave, remain(sale)) == (UNITS, 1, UNITS)
    for person in crowd[2:]:
        assert sales.claim(sale, person).standing == Standing.IN_LINE
    sales.drain(sale)
    won = Claim.objects.filter(sale=sale, wave=1, state="held")
    assert set(won.values_list("person_id", flat=True)) == {one.profile_id for one in crowd[2:]}
    assert verification.faults(sale.pk) == []
    assert Act.objects.get(kind="wave").detail == {"number": 1, "units": UNITS}


def test_who_had_a_unit_and_who_never_came_are_not_asked_again() -> None:
    sale, crowd = sold_out(people=4, come=3)
    nobody_pays(sale)
    time_comes(sale)
    assert sales.claim(sale, crowd[0]).standing == Standing.EXPIRED
    assert sales.claim(sale, crowd[3]).standing == Standing.NOT_INVITED
    assert sales.claim(sale, crowd[2]).standing == Standing.IN_LINE
    assert remain(sale) == UNITS - 1


def test_before_its_time_nothing_is_offered() -> None:
    sale, crowd = sold_out()
    nobody_pays(sale)
    tick(sale)
    assert (sale.wave, remain(sale)) == (0, 0)
    assert sales.claim(sale, crowd[3]).standing == Standing.SOLD_OUT


def test_a_wave_without_anything_to_offer_passes_without_closing_the_gate() -> None:
    sale, _crowd = sold_out()
    epoch = sale.epoch
    wave = time_comes(sale)
    assert wave.opened_at is not None
    assert (wave.units, sale.wave, sale.epoch) == (0, 0, epoch)


def test_while_units_are_free_no_wave_is_needed() -> None:
    sale = sales.live_sale(units=2)
    Wave.objects.create(sale=sale, number=1, opens_at=clock.now())
    tick(sale)
    assert (sale.wave, remain(sale)) == (0, 2)


def test_it_opens_once() -> None:
    sale, _crowd = sold_out()
    nobody_pays(sale)
    wave = time_comes(sale)
    waves.begin(sale, wave_id=wave.pk, now=clock.now())
    assert Act.objects.filter(kind="wave").count() == 1
    epoch = sale.epoch
    tick(sale)
    assert sale.epoch == epoch


def test_what_nobody_takes_is_pooled_again_and_offered_by_the_next() -> None:
    sale, crowd = sold_out()
    nobody_pays(sale)
    wave = time_comes(sale)
    assert wave.opened_at is not None
    Wave.objects.create(sale=sale, number=2, opens_at=clock.now() + timedelta(minutes=10))
    sales.claim(sale, crowd[2])
    sales.drain(sale)
    tick(sale, now=wave.opened_at + timedelta(seconds=sale.hold_seconds - 1))
    assert conservation.count(sale.pk).free == 1
    tick(sale, now=wave.opened_at + timedelta(seconds=sale.hold_seconds))
    assert (conservation.count(sale.pk).free, remain(sale)) == (0, 0)
    Wave.objects.filter(number=2).update(opens_at=clock.now())
    Wave.objects.filter(number=1).update(opened_at=clock.now() - timedelta(hours=1))
    tick(sale)
    assert sale.wave == 2
    assert sales.claim(sale, crowd[3]).standing == Standing.IN_LINE


def test_who_was_still_in_line_when_it_opens_is_served_before() -> None:
    """Whatever waits is decided as part of the sale itself, before a unit is free again."""
    sale, crowd = sold_out(people=5, come=2)
    nobody_pays(sale)
    redis.gate().set(f"{{fs:{sale.pk}:0}}:remain:{sale.lots.get().pk}", 1)
    published.forget(sale.pk)
    assert sales.claim(sale, crowd[2]).standing == Standing.IN_LINE
    time_comes(sale)
    late = Claim.objects.get(sale=sale, person_id=crowd[2].profile_id)
    assert (late.state, late.wave) == ("no_stock", 0)
    assert conservation.count(sale.pk).free == UNITS


def test_who_came_is_remembered_when_redis_is_lost() -> None:
    sale, crowd = sold_out(people=4, come=3)
    tick(sale, now=clock.now() + timedelta(seconds=5))
    assert bytes(Attendance.objects.get().bits) == bytes([0b11100000])
    redis.gate().flushdb()
    nobody_pays(sale)
    time_comes(sale)
    redis.gate().hset(f"{{fs:{sale.pk}:0}}:meta", "restoring", "0")
    published.forget(sale.pk)
    assert sales.claim(sale, crowd[2]).standing == Standing.IN_LINE
    assert sales.claim(sale, crowd[3]).standing == Standing.NOT_INVITED


def test_a_pause_leaves_an_open_wave_the_time_it_had() -> None:
    sale, _crowd = sold_out()
    nobody_pays(sale)
    wave = time_comes(sale)
    assert wave.opened_at is not None
    later = wave.opened_at + timedelta(hours=1)
    waves.stand_still(sale, since=wave.opened_at + timedelta(seconds=10), until=later)
    current = waves.current(sale, now=later)
    assert current is not None
    left = waves.over_at(sale, current) - later
    assert left == timedelta(seconds=sale.hold_seconds - 10)


def test_after_the_end_no_wave_opens() -> None:
    sale, _crowd = sold_out()
    nobody_pays(sale)
    Wave.objects.update(opens_at=clock.now())
    assert waves.turn(sale, now=sale.ends_at) is None
