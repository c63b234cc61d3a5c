"""One person's way through a sale, from the gate's first answer to the paid unit."""

import pytest

from accounts.models import User
from flashsale.gate import admission
from flashsale.gate.admission import Wishes
from flashsale.models import Claim, Reservation, Stream
from flashsale.services.watch import conservation
from flashsale.standings import Standing
from flashsale.tokens import SaleToken
from payments.services import wallets
from shop.models import Order
from tests.factories import flashsale as sales
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db


def test_a_reservation_is_received_then_reserved_with_the_next_number(
    alice: User, bob: User
) -> None:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    lot = sale.lots.get()
    for number, user in enumerate((alice, bob), start=1):
        token = SaleToken(sale.pk, user.profile.pk, 0, 0, 1)
        wishes = Wishes(lot.pk, make_address(user.profile).pk, pay_from_wallet=True, share=True)
        assert admission.reserve(token, wishes).standing == Standing.RECEIVED
        assert admission.look(token).standing == Standing.RECEIVED
        assert admission.reserve(token, wishes).standing == Standing.RECEIVED
        assert sales.drain(sale, Stream.RESERVATIONS) == 1
        assert admission.look(token).standing == Standing.RESERVED
        row = Reservation.objects.get(person=user.profile)
        assert (row.number, row.pay_from_wallet) == (number, True)
        assert row.post is not None
        assert row.post.card_id == sale.pk


def test_whoever_consented_and_has_the_money_has_paid_with_the_batch() -> None:
    sale = sales.live_sale(units=2)
    rich, poor = sales.crowd(sale, 2, pay_from_wallet=True)
    sales.fill_wallets([rich], 10_000)
    for person in (rich, poor):
        assert sales.claim(sale, person).standing == Standing.IN_LINE
    assert sales.drain(sale) == 2
    assert admission.look(sales.token_of(sale, rich)).standing == Standing.PAID
    assert admission.look(sales.token_of(sale, poor)).standing == Standing.HELD
    paid = Order.objects.get(buyer=rich.profile_id)
    assert paid.state == "paid"
    assert Order.objects.get(buyer=poor.profile_id).state == "awaiting_payment"
    left = wallets.balance(profile_id=rich.profile_id).available_minor
    assert left == 10_000 - paid.total_minor
    assert conservation.count(sale.pk) == conservation.Count(0, 1, 1, 0, 0, 2)


def test_the_one_after_the_last_unit_hears_sold_out() -> None:
    sale = sales.live_sale(units=1)
    first, second = sales.crowd(sale, 2)
    assert sales.claim(sale, first).standing == Standing.IN_LINE
    assert sales.claim(sale, second).standing == Standing.SOLD_OUT
    assert sales.claim(sale, first).standing == Standing.IN_LINE
    sales.drain(sale)
    assert Claim.objects.get().person_id == first.profile_id
    assert sales.claim(sale, first).standing == Standing.HELD
