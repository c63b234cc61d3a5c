"""Whoever is in line comes before the news; but no stream of people keeps the news for ever."""

from datetime import timedelta

import pytest

from flashsale import tasks
from flashsale.models import Claim, Sale, Unit, Wave
from flashsale.services import news
from flashsale.services.watch.controller import Controller
from socialcommerce.lib import clock
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Each time that somebody was asked to write the news."""
    sent: list[object] = []
    monkeypatch.setattr(tasks.tell_people, "apply_async", lambda **how: sent.append(how))
    return sent


@pytest.fixture
def sale() -> Sale:
    """One person holds a unit and does not know it yet, the next is in line."""
    sale = sales.live_sale(units=3)
    people = sales.crowd(sale, 2)
    sales.claim(sale, people[0])
    sales.drain(sale)
    sales.claim(sale, people[1])
    return sale


def test_they_wait_while_somebody_is_in_line(sale: Sale, asked: list[object]) -> None:
    assert Controller().tick(now=clock.now()) == []
    assert asked == []
    sales.drain(sale)
    assert Controller().tick(now=clock.now()) == []
    assert len(asked) == 1


def test_most_of_the_time_to_pay_is_left_when_its_person_hears_of_it(
    sale: Sale, asked: list[object]
) -> None:
    held_at = Claim.objects.get().created_at
    patience = timedelta(seconds=sale.hold_seconds) / news.PARTS_OF_HOLD
    assert Controller().tick(now=held_at + patience - timedelta(seconds=1)) == []
    assert asked == []
    assert Controller().tick(now=held_at + patience) == []
    assert len(asked) == 1


def test_a_wave_that_opens_soon_waits_for_nobody(sale: Sale, asked: list[object]) -> None:
    now = clock.now()
    Wave.objects.create(sale=sale, number=1, opens_at=now + news.AHEAD)
    Unit.objects.filter(state="free").update(state="pooled")
    Sale.objects.filter(pk=sale.pk).update(sold_out_at=now, told_to=1)
    assert Controller().tick(now=now) == []
    assert len(asked) == 1
