"""What goes wrong after the commit of a batch makes no dead letter of what is written."""

from datetime import timedelta

import pytest

from accounts.models import Profile, User
from flashsale.gate import admission
from flashsale.gate.admission import Wishes
from flashsale.gate.keys import Keys
from flashsale.models import Claim, DeadLetter, Reservation, Sale, Stream
from flashsale.standings import Standing
from flashsale.tokens import SaleToken
from socialcommerce.lib import clock, faultpoints, redis
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db


def stumble() -> None:
    raise RuntimeError("after the commit")


def drained(sale: Sale, people: list[Person]) -> None:
    for person in people:
        assert sales.claim(sale, person).standing == Standing.IN_LINE
    with faultpoints.planned("claims after commit", stumble):
        sales.drain(sale)


def test_everybody_keeps_the_unit_and_hears_of_it() -> None:
    sale = sales.live_sale(units=3)
    people = sales.crowd(sale, 3)
    drained(sale, people)
    assert Claim.objects.filter(state="held").count() == 3
    assert not DeadLetter.objects.exists()
    assert {sales.claim(sale, person).standing for person in people} == {Standing.HELD}


def test_whoever_was_refused_may_try_again() -> None:
    sale = sales.live_sale(units=1)
    people = sales.crowd(sale, 1)
    user = Profile.objects.get(pk=people[0].profile_id).user
    assert user is not None
    user.frozen_at = clock.now() - timedelta(days=1)
    user.save()
    drained(sale, people)
    assert not DeadLetter.objects.exists()
    user.frozen_at = None
    user.save()
    assert sales.claim(sale, people[0]).standing == Standing.IN_LINE
    sales.drain(sale)
    assert Claim.objects.filter(state="held").count() == 1


def reserve(sale: Sale, user: User) -> SaleToken:
    token = SaleToken(sale.pk, user.profile.pk, 0, 0, 1)
    address = make_address(user.profile)
    wishes = Wishes(sale.lots.get().pk, address.pk, pay_from_wallet=False, share=False)
    assert admission.reserve(token, wishes).standing == Standing.RECEIVED
    return token


def test_everybody_keeps_the_reservation_and_hears_of_it(alice: User, bob: User) -> None:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    tokens = [reserve(sale, alice), reserve(sale, bob)]
    with faultpoints.planned("reservations after commit", stumble):
        assert sales.drain(sale, Stream.RESERVATIONS) == 2
    assert not DeadLetter.objects.exists()
    assert Reservation.objects.filter(sale=sale).count() == 2
    said = [admission.look(token) for token in tokens]
    assert [one.standing for one in said] == [Standing.RESERVED] * 2
    assert [one.result.number for one in said if one.result] == ["1", "2"]


def test_whoevers_reservation_is_buried_hears_that_it_was_not_taken(alice: User) -> None:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    packed = f"{alice.profile.pk},x,1,0,0,17,{sale.epoch}"
    redis.gate().xadd(Keys(sale.pk).reservations, {"e": packed})
    assert sales.drain(sale, Stream.RESERVATIONS) == 1
    assert DeadLetter.objects.get().stream == Stream.RESERVATIONS
    token = SaleToken(sale.pk, alice.profile.pk, 0, 0, 1)
    assert admission.look(token).standing == Standing.REFUSED


def test_an_entry_that_names_somebody_elses_time_is_a_letter(alice: User) -> None:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    token = reserve(sale, alice)
    sales.drain(sale, Stream.RESERVATIONS)
    redis.gate().xadd(Keys(sale.pk).reservations, {"e": f"{alice.profile.pk},x,1,0,0,17,1"})
    sales.drain(sale, Stream.RESERVATIONS)
    assert DeadLetter.objects.count() == 1
    assert Reservation.objects.filter(sale=sale).count() == 1
    assert admission.look(token).standing == Standing.RESERVED
