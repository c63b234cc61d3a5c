"""The controller renews a lease each second, also while a rebuild beside it loads the gate."""

import pytest

from flashsale.gate import control, published
from flashsale.gate.keys import Keys
from flashsale.models import Sale
from flashsale.services.watch import controller
from socialcommerce.lib import faultpoints, redis
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("moment", ["gate loaded", "scripts loaded"])
def test_a_renewed_lease_does_not_open_it_before(moment: str) -> None:
    sale, said = sales.live_sale(units=1), []

    def looks() -> None:
        present = Sale.objects.get(pk=sale.pk)
        said.append((controller.is_open(present), published.read(sale.pk).is_open))

    with faultpoints.planned(moment, looks):
        sales.reopen_gate(sale)
    assert said == [(False, False)]
    assert published.read(sale.pk).is_open


def test_one_that_was_closed_while_it_was_loaded_stays_closed() -> None:
    sale = sales.live_sale(units=1)

    def closes() -> None:
        control.lapse(redis.gate(), sale.pk)

    with faultpoints.planned("scripts loaded", closes):
        sales.reopen_gate(sale)
    assert not redis.gate().exists(Keys(sale.pk).lease)
    assert not published.read(sale.pk).is_open


def test_a_lease_that_has_run_out_is_renewed() -> None:
    sale = sales.live_sale(units=1)
    sale.refresh_from_db()
    redis.gate().delete(Keys(sale.pk).lease)
    assert not published.read(sale.pk).is_open
    assert controller.is_open(sale)
    assert published.read(sale.pk).is_open
