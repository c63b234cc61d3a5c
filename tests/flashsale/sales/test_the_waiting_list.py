"""After the last wave returned units go to the list by themselves, in the order of joining."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from accounts.models import Profile
from flashsale import verification
from flashsale.gate import admission, published
from flashsale.models import Claim, DeadLetter, Sale, WaitingPlace, Wave
from flashsale.services import waiting
from flashsale.services.watch import conservation
from flashsale.services.watch.controller import Controller
from flashsale.standings import Standing
from socialcommerce.lib import clock, faultpoints
from socialcommerce.lib.problems import NotFound
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person

pytestmark = pytest.mark.django_db


def tick(sale: Sale) -> None:
    assert Controller().tick(now=clock.now()) == []
    published.forget(sale.pk)
    sale.refresh_from_db()


def profile(person: Person) -> Profile:
    return Profile.objects.get(pk=person.profile_id)


def join(sale: Sale, person: Person) -> WaitingPlace:
    return waiting.join(sale_id=sale.pk, person=profile(person), now=clock.now())


def sold_out(*, people: int = 4, consent: bool = False) -> tuple[Sale, list[Person]]:
    """One unit, held by the first; nobody announced a wave."""
    sale = sales.live_sale(units=1)
    crowd = sales.crowd(sale, people, pay_from_wallet=consent)
    sales.open_gate(sale)
    sales.claim(sale, crowd[0])
    sales.drain(sale)
    published.forget(sale.pk)
    sale.refresh_from_db()
    return sale, crowd


def comes_back(sale: Sale) -> None:
    Claim.objects.filter(sale=sale, state="held").update(held_until=clock.now())
    tick(sale)


def holder(sale: Sale) -> int:
    return Claim.objects.get(sale=sale, state="held").person_id


def test_a_returned_unit_goes_to_the_first_then_to_the_second() -> None:
    sale, crowd = sold_out()
    for person in crowd[1:3]:
        join(sale, person)
    comes_back(sale)
    assert holder(sale) == crowd[1].profile_id
    assert WaitingPlace.objects.order_by("pk")[0].claim == Claim.objects.get(state="held")
    assert admission.look(sales.token_of(sale, crowd[1])).standing == Standing.HELD
    comes_back(sale)
    assert holder(sale) == crowd[2].profile_id
    assert verification.faults(sale.pk) == []


def test_who_consented_has_paid_at_once() -> None:
    sale, crowd = sold_out(consent=True)
    sales.fill_wallets(crowd[1:2], 10_000)
    join(sale, crowd[1])
    comes_back(sale)
    assert Claim.objects.get(state="paid").person_id == crowd[1].profile_id


def test_with_nobody_waiting_the_unit_stays_pooled_until_somebody_joins() -> None:
    sale, crowd = sold_out()
    comes_back(sale)
    assert conservation.count(sale.pk).pooled == 1
    join(sale, crowd[3])
    tick(sale)
    assert holder(sale) == crowd[3].profile_id


def test_the_place_is_kept_and_can_be_left() -> None:
    sale, crowd = sold_out()
    first, second = join(sale, crowd[1]), join(sale, crowd[2])
    assert join(sale, crowd[1]) == first
    assert (waiting.ahead_of(first), waiting.ahead_of(second)) == (0, 1)
    waiting.leave(sale_id=sale.pk, person=profile(crowd[1]))
    assert waiting.ahead_of(second) == 0
    comes_back(sale)
    assert holder(sale) == crowd[2].profile_id


def test_an_offer_cannot_be_left_or_taken_twice() -> None:
    sale, crowd = sold_out()
    join(sale, crowd[1])
    comes_back(sale)
    waiting.leave(sale_id=sale.pk, person=profile(crowd[1]))
    assert WaitingPlace.objects.get().claim is not None
    comes_back(sale)
    join(sale, crowd[1])
    tick(sale)
    assert conservation.count(sale.pk).pooled == 1


def test_while_a_wave_is_to_come_or_units_are_free_there_is_no_list() -> None:
    sale, crowd = sold_out()
    Wave.objects.create(sale=sale, number=1, opens_at=clock.now() + timedelta(minutes=5))
    with pytest.raises(waiting.ListClosed):
        join(sale, crowd[1])
    fresh = sales.live_sale(units=2)
    (person,) = sales.crowd(fresh, 1)
    with pytest.raises(waiting.ListClosed):
        join(fresh, person)


def test_who_has_a_unit_does_not_wait_and_a_stranger_cannot() -> None:
    sale, crowd = sold_out()
    with pytest.raises(waiting.HasUnit):
        join(sale, crowd[0])
    with pytest.raises(NotFound):
        waiting.join(
            sale_id=sale.pk, person=sale.lots.get().variant.product.store.profile, now=clock.now()
        )


def test_who_may_not_buy_any_more_leaves_the_unit_to_the_next() -> None:
    sale, crowd = sold_out()
    for person in crowd[1:3]:
        join(sale, person)
    user = profile(crowd[1]).user
    assert user is not None
    user.is_active = False
    user.save()
    comes_back(sale)  # refused
    tick(sale)  # what was free for that is pooled again
    tick(sale)
    assert holder(sale) == crowd[2].profile_id
    assert conservation.count(sale.pk).holds


@pytest.mark.parametrize("moment", ["claims before commit", "claims after commit"])
def test_an_offer_that_was_cut_short_goes_on(moment: str) -> None:
    sale, crowd = sold_out()
    for person in crowd[1:3]:
        join(sale, person)
    Claim.objects.update(held_until=clock.now())

    def die() -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with faultpoints.planned(moment, die):
        Controller().tick(now=clock.now())
    for _second in range(3):
        Controller().tick(now=clock.now())
    assert holder(sale) == crowd[1].profile_id
    assert WaitingPlace.objects.filter(claim=None).count() == 1
    assert not DeadLetter.objects.exists()
    assert conservation.count(sale.pk).holds


def test_after_the_end_nobody_is_asked() -> None:
    sale, crowd = sold_out()
    join(sale, crowd[1])
    Claim.objects.update(held_until=clock.now())
    Sale.objects.filter(pk=sale.pk).update(ends_at=clock.now())
    sales.reopen_gate(sale)
    tick(sale)
    assert not Claim.objects.filter(state="held").exists()
