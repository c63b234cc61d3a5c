"""The API of a draw: the same pass and the same receipt as on the pages."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from flashsale.models import Pass
from tests.factories import draws as factory
from tests.factories import flashsale as sales
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db


def api(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_a_pass_is_taken_once_and_a_receipt_is_there_after_the_sealing(
    alice: User, bob: User
) -> None:
    sale, _people = factory.entered(people=2, pass_weight=1)
    sales.reserve_rows(sale, [make_address(alice.profile)])
    base, client = f"/api/v1/sales/{sale.pk}", api(alice)
    assert client.get(f"{base}/pass").status_code == 404
    assert client.post(f"{base}/pass", {"route": "gold"}).status_code == 400
    assert client.post(f"{base}/pass", {"route": "cent"}).json()["code"] == "insufficient-funds"
    assert client.post(f"{base}/pass", {"route": "free"}).status_code == 201
    assert client.post(f"{base}/pass", {"route": "free"}).json()["code"] == "has-a-pass"
    assert client.get(f"{base}/pass").json()["state"] == "held"
    assert Pass.objects.count() == 1
    assert client.get(f"{base}/receipt").status_code == 404
    factory.seal(sale)
    mine = client.get(f"{base}/receipt").json()
    assert mine["line"].startswith("3,")
    assert mine["line"].endswith(",2")
    assert mine["root"] == sale.root
    assert api(bob).get(f"{base}/receipt").status_code == 404
    assert APIClient().get(f"{base}/receipt").status_code == 401
    assert APIClient().post(f"{base}/pass", {"route": "free"}).status_code == 401
