"""Which of the units that a person may have: a small number in plain digits, or a clear refusal."""

import pytest
from django.test import Client

from flashsale import tokens
from flashsale.gate.keys import Keys
from flashsale.models import Sale
from socialcommerce.lib import redis
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db
BAD = ["0", "-1", "1.5", "1e9", str(2**63), "３", "null", "1 2", "3", "[]", "²", "1\0", "9" * 400]


@pytest.fixture
def token() -> tuple[Sale, str]:
    """Of somebody who may have two."""
    sale = sales.live_sale(units=5, slots=2)
    (person,) = sales.crowd(sale, 1)
    sales.open_gate(sale)
    return sale, tokens.issue(sales.token_of(sale, person))


@pytest.mark.parametrize("slot", BAD)
def test_it_is_refused_and_takes_nothing(
    slot: str, token: tuple[Sale, str], client: Client
) -> None:
    sale, text = token
    keys, lot = Keys(sale.pk), sale.lots.get()
    sent = client.post(
        f"/sales/{sale.pk}/claim/",
        {"token": text, "slot": slot},
        headers={"accept": "application/json"},
    )
    assert 400 <= sent.status_code < 500, sent.content
    assert redis.gate().get(keys.remain(lot.pk)) == b"5"
    assert redis.gate().xlen(keys.claims) == 0


def test_each_of_the_two_is_taken_once(token: tuple[Sale, str], client: Client) -> None:
    sale, text = token
    for slot in ("1", "2", "2", "1"):
        sent = client.post(
            f"/sales/{sale.pk}/claim/",
            {"token": text, "slot": slot},
            headers={"accept": "application/json"},
        )
        assert sent.status_code == 200
        assert sent.json()["standing"] == "in_line"
    assert redis.gate().get(Keys(sale.pk).remain(sale.lots.get().pk)) == b"3"
