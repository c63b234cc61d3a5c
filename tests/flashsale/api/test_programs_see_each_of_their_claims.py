"""Where a person may have several units, a program asks about each by its slot."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from flashsale.models import Sale
from tests.factories import flashsale as sales
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale(alice: User) -> Sale:
    """Alice may have two."""
    sale = sales.approved_sale(units=5, slots=2)
    sales.reserve_rows(sale, [make_address(alice.profile)])
    sales.begin(sale)
    sales.open_gate(sale)
    return sale


def test_each_slot_has_its_own_claim(sale: Sale, alice: User) -> None:
    client, url = APIClient(), f"/api/v1/sales/{sale.pk}/claim"
    client.force_authenticate(alice)
    for slot in (1, 2):
        assert client.post(url, {"slot": slot}).status_code == 202
    sales.drain(sale)
    units = [client.get(url, {"slot": slot}).json()["unit"] for slot in (1, 2)]
    assert len(set(units)) == 2
    assert client.get(url).json()["unit"] == units[0]
    assert client.get(url, {"slot": "x"}).status_code == 422
