"""Numbers that are none, or nobody's: a clear 4xx, and nothing reaches the gate."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from flashsale.gate.keys import Keys
from flashsale.models import Reservation, Stream
from socialcommerce.lib import redis
from tests.factories import flashsale as sales
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db
GARBAGE = [0, -1, 1.5, "1e9", 2**63, 10**30, "１", None, "", [], {}, True, "1; DROP TABLE"]


@pytest.mark.parametrize("name", ["lot_id", "address_id"])
@pytest.mark.parametrize("value", GARBAGE, ids=repr)
def test_a_reservation(name: str, value: Any, alice: User) -> None:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    client = APIClient()
    client.force_authenticate(alice)
    good = {"lot_id": sale.lots.get().pk, "address_id": make_address(alice.profile).pk}
    said = client.post(f"/api/v1/sales/{sale.pk}/reservation", {**good, name: value}, format="json")
    if said.status_code == 202:  # a number after all, in other clothes; whose it is, is seen later
        sales.drain(sale, Stream.RESERVATIONS)
        assert not Reservation.objects.exclude(lot=sale.lots.get()).exists()
        return
    assert 400 <= said.status_code < 500, said.content
    assert said["Content-Type"].startswith("application/problem+json")
    assert redis.gate().xlen(Keys(sale.pk).reservations) == 0


@pytest.mark.parametrize("sale_id", ["0", "-1", "1.5", str(2**63), "9" * 40, "１", "null"])
@pytest.mark.parametrize("what", ["reservation", "claim", "claim/pay"])
def test_a_sale_that_is_none(sale_id: str, what: str, alice: User) -> None:
    client = APIClient()
    client.force_authenticate(alice)
    headers = {"Idempotency-Key": "k"}
    body = {"lot_id": 1, "address_id": 1, "pay_with": "wallet"}
    said = client.post(f"/api/v1/sales/{sale_id}/{what}", body, format="json", headers=headers)
    assert said.status_code == 404
