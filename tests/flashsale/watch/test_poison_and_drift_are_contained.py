"""A poison entry costs no other; a gate that counts wrong is put right or paused."""

from datetime import timedelta

import pytest

from accounts.models import Profile
from flashsale.gate import control
from flashsale.gate.keys import GROUP, Keys
from flashsale.models import Claim, DeadLetter, Sale, Stream
from flashsale.services import claims
from flashsale.services.watch import conservation, sweeps
from flashsale.services.watch.controller import Controller
from flashsale.standings import Standing
from socialcommerce.lib import clock, faultpoints, redis
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db


def remain(sale: Sale) -> int:
    lot = sale.lots.get().pk
    return control.remains(redis.gate(), sale.pk, [lot])[lot]


@pytest.mark.parametrize(
    "poison",
    [
        {"person": "x"},
        {"person": "1", "number": "1"},
        {"wave": "3"},
        {"lost": "0,0"},
        {"ticket": "0" * 32},
        {"number": "9" * 30},
        {"at": "9" * 40},
        {"epoch": "-1"},
        {"lot": "0"},
    ],
)
def test_one_poison_entry_among_many_is_a_dead_letter(poison: dict[str, str]) -> None:
    sale = sales.live_sale(units=10)
    people = sales.crowd(sale, 7)
    victim = people.pop()
    for person in people[:3]:
        sales.claim(sale, person)
    good = {
        "person": victim.profile_id,
        "number": victim.number,
        "lot": sale.lots.get().pk,
        "slot": 1,
        "ticket": sales.ticket(sale, victim),
        "at": int(clock.now().timestamp() * 1_000_000),
        "epoch": sale.epoch,
        "wave": 0,
        "lost": 0,
    }
    packed = ",".join(map(str, {**good, **poison}.values()))
    redis.gate().xadd(Keys(sale.pk).claims, {"e": packed})
    for person in people[3:]:
        sales.claim(sale, person)
    assert sales.drain(sale) == 7
    assert Claim.objects.filter(state="held").count() == 6
    letter = DeadLetter.objects.get()
    assert letter.reason
    assert letter.stream == Stream.CLAIMS
    assert redis.gate().xpending(Keys(sale.pk).claims, GROUP)["pending"] == 0
    assert conservation.count(sale.pk).holds


def test_too_few_at_the_gate_are_put_right_at_the_second_look() -> None:
    sale = sales.live_sale(units=3)
    redis.gate().set(Keys(sale.pk).remain(sale.lots.get().pk), 0)
    keeper = Controller()
    assert keeper.tick(now=clock.now()) == []
    assert keeper.tick(now=clock.now()) == []
    assert remain(sale) == 3


def test_a_unit_freed_and_not_yet_given_is_not_given_twice() -> None:
    """A worker has freed a unit and is about to tell the gate when the controller comes by."""
    sale = sales.live_sale(units=3)
    redis.gate().set(Keys(sale.pk).remain(sale.lots.get().pk), 2)
    keeper = Controller()
    keeper.tick(now=clock.now())
    control.give(sale, {sale.lots.get().pk: 1})
    keeper.tick(now=clock.now())
    assert remain(sale) == 3


def dies() -> None:
    raise redis.RedisError("no answer")


def claim_and_let_run_out(sale: Sale, person: sales.Person) -> None:
    sales.claim(sale, person)
    sales.drain(sale)
    Claim.objects.filter(state="held").update(held_until=clock.now())
    sweeps.expire(sale_id=sale.pk, now=clock.now())


def test_a_unit_that_was_noted_for_the_gate_and_not_said_is_said_once() -> None:
    """Whoever noted it heard no answer; what is owed stays, also for whoever comes next."""
    sale = sales.live_sale(units=3)
    first, second = sales.crowd(sale, 2)
    with faultpoints.planned("units owed", dies):
        claim_and_let_run_out(sale, first)
    assert remain(sale) == 2
    keeper = Controller()
    for _look in range(3):
        assert keeper.tick(now=clock.now()) == []
    assert remain(sale) == 3
    claim_and_let_run_out(sale, second)
    assert remain(sale) == 3


def test_a_unit_that_was_taken_and_not_said_is_no_reason_for_a_pause() -> None:
    sale = sales.live_sale(units=3)
    (person,) = sales.crowd(sale, 1)
    claim_and_let_run_out(sale, person)
    claim = claims.lock_of_order(Claim.objects.get().order_id or 0)
    assert claim is not None
    assert claims.be_paid_late(claim, now=clock.now())
    Claim.objects.update(held_until=clock.now() + timedelta(hours=1))
    with faultpoints.planned("units owed", dies):
        control.give(sale, {claim.lot_id: -1})
    assert remain(sale) == 3
    keeper = Controller()
    for _look in range(4):
        assert keeper.tick(now=clock.now()) == []
    assert sales.running(sale)
    assert remain(sale) == 2


def test_too_many_at_the_gate_pause_the_sale_at_the_third_look() -> None:
    sale = sales.live_sale(units=3)
    redis.gate().set(Keys(sale.pk).remain(sale.lots.get().pk), 9)
    keeper = Controller()
    for looks in (1, 2):
        keeper.tick(now=clock.now())
        assert sales.running(sale), f"paused after {looks}"
    keeper.tick(now=clock.now())
    assert not sales.running(sale)
    assert "6 units too many" in sale.pause_reason


def test_too_many_at_the_gate_of_a_draw_are_put_right() -> None:
    """Its winners are committed, and the controller died before it told the gate."""
    sale = sales.live_sale(units=3, kind="draw")
    keeper = Controller()
    for _stage in range(3):  # sealed, revealed, drawn
        assert keeper.tick(now=clock.now()) == []
    redis.gate().set(Keys(sale.pk).remain(sale.lots.get().pk), 9)
    for _look in range(4):
        assert keeper.tick(now=clock.now()) == []
    assert sales.running(sale)
    assert remain(sale) == 3


def test_a_claim_on_its_way_is_no_drift() -> None:
    sale = sales.live_sale(units=3)
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    keeper = Controller()
    for _look in range(4):
        assert conservation.drifts(sale) == {}
    keeper.tick(now=clock.now())
    assert remain(sale) == 2
    assert sales.running(sale)


def test_more_admitted_than_there_are_units_oversells_nothing() -> None:
    """Whatever the gate let in, PostgreSQL has so many rows and no more."""
    sale = sales.live_sale(units=2)
    people = sales.crowd(sale, 5)
    redis.gate().set(Keys(sale.pk).remain(sale.lots.get().pk), 5)
    for person in people:
        sales.claim(sale, person)
    sales.drain(sale)
    states = sorted(Claim.objects.values_list("state", flat=True))
    assert states == ["held", "held", "no_stock", "no_stock", "no_stock"]
    assert remain(sale) == 0
    assert conservation.count(sale.pk).holds


def test_a_frozen_person_is_refused_gives_the_unit_back_and_may_try_again() -> None:
    sale = sales.live_sale(units=1)
    (person,) = sales.crowd(sale, 1)
    user = Profile.objects.get(pk=person.profile_id).user
    assert user is not None
    user.frozen_at = clock.now() - timedelta(days=1)
    user.save()
    sales.claim(sale, person)
    sales.drain(sale)
    assert sales.claim(sale, person).standing in (Standing.IN_LINE, Standing.REFUSED)
    sales.drain(sale)
    assert set(Claim.objects.values_list("state", flat=True)) == {"refused"}
    user.frozen_at = None
    user.save()
    sales.claim(sale, person)
    sales.drain(sale)
    assert Claim.objects.filter(state="held").count() == 1
    assert remain(sale) == 0
