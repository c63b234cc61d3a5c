"""An operator tries a dead letter again, or gives it up; either way nothing is taken twice."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from accounts.models import User
from flashsale.gate import control
from flashsale.gate.keys import Keys
from flashsale.intake import batches, drains
from flashsale.intake.batches import Batch, Outcome
from flashsale.models import Act, Claim, DeadLetter, Reservation, Sale, Stream
from flashsale.sale_states import SaleState
from flashsale.services import dead_letters
from flashsale.services.dead_letters import ReasonMissing, Reworked
from flashsale.services.watch import conservation
from flashsale.services.watch.controller import Controller
from flashsale.standings import Standing
from socialcommerce.lib import clock, redis
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory
from tests.factories.flashsale import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    return UserFactory.create(is_operator=True)


@contextmanager
def broken_for(monkeypatch: pytest.MonkeyPatch, stream: Stream, person: Person) -> Iterator[None]:
    """Our own code stumbles over this person's entries while the block runs."""
    works = drains.WORK[stream]

    def stumbles(batch: Batch) -> Outcome:
        if any(entry.fields.get("person") == str(person.profile_id) for entry in batch.entries):
            raise RuntimeError("a mistake of ours")
        return works(batch)

    with monkeypatch.context() as patch:
        patch.setitem(drains.WORK, stream, stumbles)  # type: ignore[arg-type]  # a Final dict
        yield


def buried(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Three claim; the second one's entry ends as a dead letter."""
    people = sales.crowd(sale, 3)
    for person in people:
        assert sales.claim(sale, person).standing == Standing.IN_LINE
    with broken_for(monkeypatch, Stream.CLAIMS, people[1]):
        sales.drain(sale)
    return people[1]


def remain(sale: Sale) -> int:
    lot = sale.lots.get().pk
    return control.remains(redis.gate(), sale.pk, [lot])[lot]


def test_a_mistake_of_ours_buries_one_entry_and_stops_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sale = sales.live_sale(units=5)
    victim = buried(sale, monkeypatch)
    assert Claim.objects.filter(state="held").count() == 2
    letter = DeadLetter.objects.get()
    assert letter.reason == "RuntimeError: a mistake of ours"
    assert letter.payload["person"] == str(victim.profile_id)
    assert redis.gate().xlen(Keys(sale.pk).claims) == 0
    assert sales.claim(sale, victim).standing == Standing.REFUSED


def test_a_server_that_is_away_buries_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    sale = sales.live_sale(units=5)
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    for trouble in batches.ELSEWHERE:

        def away(batch: Batch, trouble: type[BaseException] = trouble) -> Outcome:
            raise trouble

        with pytest.raises(trouble):
            batches.work(Batch(sale.pk, 1, [], clock.now()), stream=Stream.CLAIMS, by=away)
    assert not DeadLetter.objects.exists()


def test_worked_again_it_gets_its_unit_and_is_gone(
    monkeypatch: pytest.MonkeyPatch, operator: User
) -> None:
    sale = sales.live_sale(units=5)
    victim = buried(sale, monkeypatch)
    keeper = Controller()
    keeper.tick(now=clock.now())
    keeper.tick(now=clock.now())
    assert remain(sale) == 3  # the controller has given the unit back by now
    letter = DeadLetter.objects.get()
    again = [letter.pk, letter.pk]
    assert dead_letters.rework(again, by=operator, now=clock.now()) == Reworked(1, 0)
    assert dead_letters.rework(again, by=operator, now=clock.now()) == Reworked(0, 0)
    assert Claim.objects.get(person_id=victim.profile_id).state == "held"
    assert remain(sale) == 2
    assert sales.claim(sale, victim).standing == Standing.HELD
    assert conservation.count(sale.pk).holds
    assert conservation.drifts(sale) == {}
    act = Act.objects.get(kind="letter_reworked")
    assert (act.by, act.detail["entry"]) == (operator, letter.gate_entry)


def test_what_still_cannot_be_worked_keeps_its_new_reason(
    monkeypatch: pytest.MonkeyPatch, operator: User
) -> None:
    sale = sales.live_sale(units=5)
    victim = buried(sale, monkeypatch)
    Reservation.objects.filter(person_id=victim.profile_id).update(number=999)
    letter = DeadLetter.objects.get()
    assert dead_letters.rework([letter.pk], by=operator, now=clock.now()) == Reworked(0, 1)
    letter.refresh_from_db()
    assert letter.reason == "no reservation has that number and person"
    assert not Act.objects.filter(kind="letter_reworked").exists()


def test_a_paused_sale_keeps_its_letters(monkeypatch: pytest.MonkeyPatch, operator: User) -> None:
    sale = sales.live_sale(units=5)
    buried(sale, monkeypatch)
    now = clock.now()
    Sale.objects.filter(pk=sale.pk).update(state=SaleState.PAUSED, paused_at=now)
    letter = DeadLetter.objects.get()
    assert dead_letters.rework([letter.pk], by=operator, now=now) == Reworked(0, 1)
    letter.refresh_from_db()
    assert "paused" in letter.reason


def test_discarding_takes_a_reason_and_lets_the_person_try_again(
    monkeypatch: pytest.MonkeyPatch, operator: User
) -> None:
    sale = sales.live_sale(units=5)
    victim = buried(sale, monkeypatch)
    letter = DeadLetter.objects.get()
    with pytest.raises(ReasonMissing):
        dead_letters.discard([letter.pk], by=operator, reason=" ", now=clock.now())
    gone = dead_letters.discard([letter.pk], by=operator, reason="test data", now=clock.now())
    assert gone == 1
    assert not DeadLetter.objects.exists()
    act = Act.objects.get(kind="letter_discarded")
    assert (act.detail["reason"], act.detail["payload"]) == ("test data", letter.payload)
    assert sales.claim(sale, victim).standing == Standing.IN_LINE
    sales.drain(sale)
    assert Claim.objects.get(person_id=victim.profile_id).state == "held"


def test_poison_that_names_nobody_can_be_discarded(operator: User) -> None:
    sale = sales.live_sale(units=5)
    redis.gate().xadd(Keys(sale.pk).claims, {"e": "x"})
    sales.drain(sale)
    letter = DeadLetter.objects.get()
    dead_letters.discard([letter.pk], by=operator, reason="no entry of ours", now=clock.now())
    assert not DeadLetter.objects.exists()
