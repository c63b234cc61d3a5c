"""What goes wrong after the commit of a batch makes no dead letter of a claim that is written."""

from datetime import timedelta

import pytest

from accounts.models import Profile
from flashsale.models import Claim, DeadLetter, Sale
from flashsale.standings import Standing
from socialcommerce.lib import clock, faultpoints
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person

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
