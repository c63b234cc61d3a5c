"""A gate that is closed for a moment: nobody is sent away without a word, nor longer than it is."""

import time

import pytest
from django.test import Client

from flashsale import tokens
from flashsale.gate import published
from flashsale.models import Sale
from socialcommerce.lib import redis
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale() -> Sale:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    return sale


def wishes(sale: Sale) -> dict[str, str]:
    person = UserFactory.create().profile
    token = tokens.issue(tokens.SaleToken(sale.pk, person.pk, 0, 0, 1))
    address = make_address(person)
    return {"token": token, "lot": str(sale.lots.get().pk), "address": str(address.pk)}


def close_gate(sale: Sale) -> None:
    redis.gate().delete(published.Keys(sale.pk).lease)
    published.forget(sale.pk)


def test_without_scripts_one_hears_that_the_reservation_has_not_arrived(sale: Sale) -> None:
    close_gate(sale)
    answer = Client().post(f"/sales/{sale.pk}/reservation/", wishes(sale))
    assert answer.status_code == 503
    assert "has not arrived" in answer.content.decode()


def test_the_pages_script_hears_that_it_is_restored_and_asks_again(sale: Sale) -> None:
    close_gate(sale)
    headers = {"Accept": "application/json"}
    answer = Client().post(f"/sales/{sale.pk}/reservation/", wishes(sale), headers=headers)
    assert (answer.status_code, answer.json()["standing"]) == (200, "restoring")
    assert answer.json()["poll_ms"] > 0


def test_a_closed_gate_is_not_remembered_after_it_opened(sale: Sale) -> None:
    client, lease = redis.gate(), published.Keys(sale.pk).lease
    fence = client.get(lease) or b""
    close_gate(sale)
    assert not published.of(sale.pk).is_open
    client.set(lease, fence)
    time.sleep(published.CLOSED_MS / 1000 + 0.01)
    assert published.of(sale.pk).is_open
