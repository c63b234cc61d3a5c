"""Money that comes too late is bound by the limit of its address like everybody's."""

from datetime import timedelta

import pytest
from django.db import transaction

from flashsale.models import Claim, Reservation
from flashsale.services import claims
from flashsale.services.watch import sweeps
from socialcommerce.lib import clock
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("limit", [1, 2])
def test_an_address_gets_no_unit_beyond_its_limit(limit: int) -> None:
    sale = sales.live_sale(units=3, per_address_limit=limit)
    first, second = sales.crowd(sale, 2)
    Reservation.objects.filter(sale=sale).update(address_digest="d" * 32)
    sales.claim(sale, first)
    sales.drain(sale)
    Claim.objects.update(held_until=clock.now() - timedelta(seconds=1))
    assert sweeps.expire(sale_id=sale.pk, now=clock.now()) == 1
    sales.claim(sale, second)
    sales.drain(sale)
    late = Claim.objects.get(person=first.profile_id)
    with transaction.atomic():
        locked = claims.lock_of_order(late.order_id or 0)
        assert locked is not None
        assert claims.be_paid_late(locked, now=clock.now()) is (limit == 2)
    assert Claim.objects.filter(sale=sale, state="held").count() == limit
