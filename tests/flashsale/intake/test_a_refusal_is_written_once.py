"""Whoever is refused may send it again and again: the log and the tables do not grow with it."""

import pytest

from accounts.models import User
from flashsale.gate import control
from flashsale.models import Claim, Sale
from flashsale.standings import Standing
from socialcommerce.lib import clock, redis
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db


def test_a_claim_that_is_refused_five_times_is_one_line_of_the_log() -> None:
    sale = sales.live_sale(units=2)
    (person,) = sales.crowd(sale, 1)
    account = User.objects.filter(profile=person.profile_id)
    account.update(frozen_at=clock.now())
    for _again in range(5):
        assert sales.claim(sale, person).standing == Standing.IN_LINE
        sales.drain(sale)
    assert Claim.objects.get(sale=sale).state == "refused"
    assert Sale.objects.get(pk=sale.pk).log_length == 1
    lot = sale.lots.get().pk
    assert control.remains(redis.gate(), sale.pk, [lot])[lot] == 2
    account.update(frozen_at=None)
    sales.claim(sale, person)
    sales.drain(sale)
    assert Claim.objects.get(sale=sale, state="held").log_number == 2
