"""Where people come one by one, a drain lets a few gather; where many wait, it waits for nobody."""

import time
from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from flashsale.intake import drains
from flashsale.intake.drains import Drained
from flashsale.models import Claim, Sale, Stream
from socialcommerce.lib import faultpoints
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person

pytestmark = pytest.mark.django_db
PEOPLE = 12


class OneByOne:
    """Each comes while the batch of the one before is acknowledged."""

    def __init__(self, sale: Sale, people: Iterator[Person]) -> None:
        self.sale, self.people = sale, people
        self.come()

    def come(self) -> None:
        person = next(self.people, None)
        if person is not None:
            sales.claim(self.sale, person)


def drain(sale: Sale, *, gathers: bool) -> Drained:
    return drains.drain(sale_id=sale.pk, stream=Stream.CLAIMS, gathers=gathers)


def test_a_batch_that_is_not_full_is_followed_after_the_stated_time(settings: Settings) -> None:
    settings.SALE_DRAIN_GATHER_MS = 200
    sale = sales.live_sale(units=3)
    crowd = OneByOne(sale, iter(sales.crowd(sale, 3)))
    began = time.monotonic()
    with faultpoints.planned("claims before ack", crowd.come):
        assert drain(sale, gathers=True) == Drained(3, is_empty=True)
    assert time.monotonic() - began >= 3 * 0.2  # after each of the three


def test_whoever_asks_for_one_drain_waits_for_nobody(settings: Settings) -> None:
    settings.SALE_DRAIN_GATHER_MS = 3_600_000
    sale = sales.live_sale(units=3)
    crowd = OneByOne(sale, iter(sales.crowd(sale, 3)))
    with faultpoints.planned("claims before ack", crowd.come):
        assert drain(sale, gathers=False) == Drained(3, is_empty=True)


def test_full_batches_follow_each_other_at_once(settings: Settings) -> None:
    settings.SALE_DRAIN_GATHER_MS, settings.SALE_DRAIN_BATCH = 3_600_000, 1
    sale = sales.live_sale(units=3)
    for person in sales.crowd(sale, 3):
        sales.claim(sale, person)
    assert drain(sale, gathers=True) == Drained(3, is_empty=True)


def test_after_some_thin_batches_another_sale_has_its_turn(settings: Settings) -> None:
    settings.SALE_DRAIN_GATHER_MS = 1
    sale = sales.live_sale(units=PEOPLE)
    crowd = OneByOne(sale, iter(sales.crowd(sale, PEOPLE)))
    with faultpoints.planned("claims before ack", crowd.come):
        assert drain(sale, gathers=True) == Drained(drains.THIN_BATCHES_MAX, is_empty=False)
        rest = PEOPLE - drains.THIN_BATCHES_MAX
        assert drain(sale, gathers=True) == Drained(rest, is_empty=True)
    assert Claim.objects.filter(sale=sale).count() == PEOPLE
