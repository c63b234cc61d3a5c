"""Who pays a held unit by card leaves for the bank what a checkout leaves, by page and program."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from flashsale.models import Claim
from shop.models import PaidFrom
from shop.services import evidence
from tests.factories import flashsale as sales
from tests.factories.shop import make_address
from tests.payments.conftest import BindCard, bind

__all__ = ["bind"]

pytestmark = pytest.mark.django_db
ADDRESS = "198.51.100.7"


@pytest.fixture
def claim(alice: User) -> Claim:
    sale = sales.live_sale(units=1)
    (person,) = sales.reserve_rows(sale, [make_address(alice.profile)])
    sales.claim(sale, person)
    sales.drain(sale)
    return Claim.objects.select_related("order").get()


@pytest.mark.parametrize("way", ["page", "program"])
def test_where_from_it_was_paid_stands_with_the_order(
    way: str, alice: User, claim: Claim, bind: BindCard, client_of: Callable[[User], Client]
) -> None:
    said = {"pay_with": f"card:{bind(alice).pk}", "key": "k"}
    if way == "page":
        url, headers, kind = f"/sales/{claim.sale_id}/claim/pay/", {}, {}
    else:
        url, headers = f"/api/v1/sales/{claim.sale_id}/claim/pay", {"Idempotency-Key": "k"}
        kind = {"content_type": "application/json"}
    client_of(alice).post(url, said, headers=headers, REMOTE_ADDR=ADDRESS, **kind)  # type: ignore[arg-type]
    claim.refresh_from_db()
    assert claim.state == "paid"
    assert PaidFrom.objects.get().address == ADDRESS
    assert claim.order is not None
    known = evidence.about(claim.order.reference)
    assert known is not None
    assert "pressed the button to pay" in known.access_activity_log
