"""Approve, pause, resume, cancel, settle: stock, clocks, money and the gate follow."""

from datetime import timedelta

import pytest

from accounts.models import User
from flashsale.gate import admission, published
from flashsale.models import Claim, Sale, Unit
from flashsale.services import sales as operator
from flashsale.services.watch import conservation, controller, sweeps
from flashsale.standings import Standing
from flashsale.tokens import SaleToken
from payments.services import wallets
from shop.models import Order, StockItem
from shop.services import stock
from socialcommerce.lib import clock
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory
from tests.factories.shop import fill_shelf

pytestmark = pytest.mark.django_db


def on_hand(sale: Sale) -> int:
    return StockItem.objects.get(variant=sale.lots.get().variant).on_hand


@pytest.fixture
def boss() -> User:
    user: User = UserFactory.create(is_operator=True)
    return user


def test_approving_takes_the_lot_out_of_stock_and_numbers_its_units(boss: User) -> None:
    sale = sales.approved_sale(units=4)
    assert on_hand(sale) == 5
    assert list(Unit.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4]
    with pytest.raises(operator.WrongState):
        operator.approve(sale_id=sale.pk, by=boss, now=clock.now())
    assert on_hand(sale) == 5


def test_a_sale_larger_than_the_stock_is_not_approved(boss: User) -> None:
    sale = sales.draft_sale(units=4)
    fill_shelf(sale.lots.get().variant, 3)
    with pytest.raises(stock.OutOfStock):
        operator.approve(sale_id=sale.pk, by=boss, now=clock.now())
    sale.refresh_from_db()
    assert (sale.state, on_hand(sale), Unit.objects.count()) == ("draft", 3, 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"opens_in": -30, "closes_in": -10, "starts_in": 5},
        {"slots": 2, "kind": "draw"},
        {"slots": 2, "per_address_limit": 1},
        {"opening_window_ms": 500},
        {"opening_window_ms": 2_000, "lasts": 2},
        {"post_text": "漢" * 190},  # weighs more than a post may
    ],
)
def test_what_this_kind_of_sale_cannot_do_is_not_approved(
    fields: dict[str, object], boss: User
) -> None:
    sale = sales.draft_sale(**fields)  # type: ignore[arg-type]  # the same keywords
    fill_shelf(sale.lots.get().variant, 10)
    with pytest.raises(operator.NotReady):
        operator.approve(sale_id=sale.pk, by=boss, now=clock.now())
    assert Unit.objects.count() == 0


def test_a_pause_stops_the_clocks_and_resuming_gives_the_seconds_back() -> None:
    sale = sales.live_sale(units=2)
    first, second = sales.crowd(sale, 2)
    sales.claim(sale, first)
    sales.drain(sale)
    before = Claim.objects.get()
    assert before.held_until is not None
    assert before.order is not None
    sales.claim(sale, second)
    began = clock.now()
    operator.pause(sale_id=sale.pk, reason="a look", now=began)
    published.forget(sale.pk)
    assert sales.claim(sale, second).standing == Standing.PAUSED
    assert sales.drain(sale) == 0
    assert sweeps.expire(sale_id=sale.pk, now=began + timedelta(days=1)) == 0
    operator.resume(sale_id=sale.pk, now=began + timedelta(minutes=7))
    after = Claim.objects.get()
    assert after.held_until == before.held_until + timedelta(minutes=7)
    assert after.order is not None
    assert after.order.pay_by == before.order.pay_by + timedelta(minutes=7)
    sales.open_gate(sale)
    # Who was in line has entered without asking again, before anybody else could.
    assert Claim.objects.filter(state="held").count() == 2
    assert conservation.count(sale.pk).holds


def test_cancelling_gives_everybody_everything_back() -> None:
    sale = sales.live_sale(units=3)
    rich, poor = sales.crowd(sale, 2, pay_from_wallet=True)
    sales.fill_wallets([rich], 10_000)
    for person in (rich, poor):
        sales.claim(sale, person)
    sales.drain(sale)
    operator.cancel(sale_id=sale.pk, now=clock.now())
    assert on_hand(sale) == 6
    assert operator.wind_up(sale_id=sale.pk, limit=10, now=clock.now()) == 2
    assert operator.wind_up(sale_id=sale.pk, limit=10, now=clock.now()) == 0
    assert on_hand(sale) == 8
    assert wallets.balance(profile_id=rich.profile_id).available_minor == 10_000
    assert set(Order.objects.values_list("state", flat=True)) == {"cancelled"}
    assert sorted(Claim.objects.values_list("state", flat=True)) == ["expired", "refunded"]
    assert conservation.count(sale.pk).returned == 3
    assert conservation.count(sale.pk).holds


def test_settling_waits_for_the_last_hold_and_gives_the_rest_back() -> None:
    sale = sales.live_sale(units=3)
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    sales.drain(sale)
    Sale.objects.filter(pk=sale.pk).update(ends_at=clock.now())
    with pytest.raises(operator.WrongState):
        operator.settle(sale_id=sale.pk, now=clock.now())
    later = clock.now() + timedelta(hours=1)
    assert controller.Controller().tick(now=later) == []
    sale.refresh_from_db()
    assert (sale.state, on_hand(sale)) == ("settled", 8)
    token = SaleToken(sale.pk, person.profile_id, person.number, sale.lots.get().pk, 1)
    published.forget(sale.pk)
    assert admission.look(token).standing == Standing.EXPIRED
    assert conservation.count(sale.pk).holds


def test_a_breach_of_conservation_pauses_the_sale() -> None:
    sale = sales.live_sale(units=3)
    Unit.objects.filter(number=2).update(state="held")
    controller.Controller().tick(now=clock.now())
    sale.refresh_from_db()
    assert sale.state == "paused"
    assert "books" in sale.pause_reason
