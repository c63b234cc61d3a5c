"""2,000 people, 100 units, four workers: exactly 100, and everybody knows where they stand."""

from collections import Counter

import pytest

from flashsale import verification
from flashsale.gate import admission
from flashsale.intake import drains
from flashsale.models import Claim, Stream
from flashsale.services.watch import conservation
from flashsale.standings import Standing
from socialcommerce.lib import redis
from tests.concurrency.flashsale.crowds import at_once
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db(transaction=True)


def test_exactly_a_hundred_get_one() -> None:
    sale = sales.live_sale(units=100)
    people = sales.crowd(sale, 2_000, pay_from_wallet=True)
    sales.fill_wallets(people[::2], 10_000)
    tokens = [sales.token_of(sale, person) for person in people]

    def claim(token: sales.SaleToken) -> Standing:
        return admission.claim(token, slot=1, earlier=None).standing

    def drain(_number: int) -> int:
        return drains.drain(sale_id=sale.pk, stream=Stream.CLAIMS).entries

    heard = Counter(at_once(claim, tokens, threads=8))
    assert heard == {Standing.IN_LINE: 100, Standing.SOLD_OUT: 1_900}
    assert sum(at_once(drain, [1, 2, 3, 4], threads=4)) == 100
    assert Claim.objects.count() == 100
    count = conservation.count(sale.pk)
    assert (count.free, count.held + count.paid) == (0, 100)
    assert verification.faults(sale.pk) == []


def test_fifty_clicks_of_one_person_are_one_claim() -> None:
    sale = sales.live_sale(units=10)
    (person,) = sales.crowd(sale, 1)
    token = sales.token_of(sale, person)

    def claim(_click: int) -> Standing:
        return admission.claim(token, slot=1, earlier=None).standing

    heard = Counter(at_once(claim, range(50), threads=16))
    assert heard == {Standing.IN_LINE: 50}
    assert redis.gate().get(f"{{fs:{sale.pk}:0}}:remain:{token.lot_id}") == b"9"
    assert sales.drain(sale) == 1
    assert Claim.objects.get().state == "held"
    assert conservation.count(sale.pk).free == 9


def test_fifty_reservations_of_one_person_are_one() -> None:
    sale, person = sales.approved_sale(), UserFactory.create().profile
    sales.open_gate(sale)
    token = sales.SaleToken(sale.pk, person.pk, 0, 0, 1)
    lot_id, address_id = sale.lots.get().pk, make_address(person).pk
    wishes = admission.Wishes(lot_id, address_id, pay_from_wallet=False, share=False)

    def reserve(_click: int) -> Standing:
        return admission.reserve(token, wishes).standing

    assert Counter(at_once(reserve, range(50), threads=16)) == {Standing.RECEIVED: 50}
    assert sales.drain(sale, Stream.RESERVATIONS) == 1
    sale.refresh_from_db()
    assert sale.reserved == 1
