"""Closing early, raising and lowering stock, cloning: by the rules, and written down."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from flashsale.gate import control, published
from flashsale.models import Act, Claim, Sale, Wave
from flashsale.services import pledges
from flashsale.services import sales as service
from flashsale.services.console import drafts
from flashsale.services.watch import conservation, controller
from flashsale.standings import Standing
from shop.models import StockItem
from shop.services import stock
from socialcommerce.lib import clock, redis
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    user: User = UserFactory.create(is_operator=True)
    return user


def on_hand(sale: Sale) -> int:
    return StockItem.objects.get(variant=sale.lots.get().variant).on_hand


def offer(sale: Sale, pledged: int, boss: User) -> None:
    lot = sale.lots.get()
    pledges.change(lot_id=lot.pk, pledged=pledged, by=boss, now=clock.now())


def remain(sale: Sale) -> int:
    return sum(control.remains(redis.gate(), sale.pk, [sale.lots.get().pk]).values())


def acts(sale: Sale) -> list[tuple[str, int | None]]:
    return list(Act.objects.filter(sale=sale).order_by("pk").values_list("kind", "by"))


# --- closing early -----------------------------------------------------------------------------


def test_after_closing_nobody_comes_in_line_and_holders_can_still_pay(boss: User) -> None:
    sale = sales.live_sale(units=3)
    first, second = sales.crowd(sale, 2)
    sales.claim(sale, first)
    sales.drain(sale)
    service.close(sale_id=sale.pk, by=boss, now=clock.now())
    published.forget(sale.pk)
    assert sales.claim(sale, second).standing == Standing.RESTORING
    sales.open_gate(sale)
    assert sales.claim(sale, second).standing == Standing.ENDED
    claim = Claim.objects.get()
    assert claim.state == "held"
    assert claim.held_until is not None
    assert claim.held_until > clock.now() + timedelta(minutes=4)
    assert acts(sale)[-1] == ("closed", boss.pk)


def test_whoever_was_in_line_when_it_closed_is_served(boss: User) -> None:
    sale = sales.live_sale(units=3)
    (person,) = sales.crowd(sale, 1)
    assert sales.claim(sale, person).standing == Standing.IN_LINE
    service.close(sale_id=sale.pk, by=boss, now=clock.now())
    sales.open_gate(sale)
    assert Claim.objects.get().state == "held"
    assert conservation.count(sale.pk).holds


@pytest.mark.parametrize("when", ["before", "after", "draft"])
def test_only_a_sale_that_runs_is_closed(when: str, boss: User) -> None:
    sale = sales.draft_sale() if when == "draft" else sales.approved_sale()
    now = clock.now() + timedelta(hours=9 if when == "after" else 0)
    with pytest.raises(service.WrongState):
        service.close(sale_id=sale.pk, by=boss, now=now)


def test_a_window_that_is_not_decided_is_not_closed(boss: User) -> None:
    sale = sales.live_sale(opening_window_ms=5_000)
    with pytest.raises(service.Undecided):
        service.close(sale_id=sale.pk, by=boss, now=clock.now())
    sale.refresh_from_db()
    assert sale.ends_at > clock.now()


# --- stock -------------------------------------------------------------------------------------


def test_until_reservations_open_stock_goes_up_and_down_with_the_stores(boss: User) -> None:
    sale = sales.approved_sale(units=4, opens_in=600)
    assert on_hand(sale) == 5
    for pledged, left in ((6, 3), (1, 8), (9, 0)):
        offer(sale, pledged, boss)
        assert (sale.lots.get().pledged, on_hand(sale)) == (pledged, left)
        numbers = sale.units.order_by("number").values_list("number", flat=True)
        assert list(numbers) == list(range(1, pledged + 1))
        assert conservation.count(sale.pk).holds
    assert acts(sale)[1:] == [("stock", boss.pk)] * 3


def test_once_reservations_are_open_it_can_only_be_raised(boss: User) -> None:
    sale = sales.approved_sale(units=4)
    with pytest.raises(pledges.Pledged):
        offer(sale, 3, boss)
    offer(sale, 5, boss)
    assert (sale.units.count(), on_hand(sale)) == (5, 4)


def test_what_is_added_to_a_live_sale_can_be_claimed(boss: User) -> None:
    sale = sales.live_sale(units=2)
    first, second, third = sales.crowd(sale, 3)
    sales.claim(sale, first)
    sales.drain(sale)
    offer(sale, 3, boss)
    assert remain(sale) == 2
    for person in (second, third):
        assert sales.claim(sale, person).standing == Standing.IN_LINE
    sales.drain(sale)
    assert set(Claim.objects.values_list("state", flat=True)) == {"held"}
    assert conservation.count(sale.pk).holds


def test_what_comes_after_the_sell_out_is_for_those_who_lost(boss: User) -> None:
    sale = sales.live_sale(units=1)
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    sales.drain(sale)
    offer(sale, 2, boss)
    assert (conservation.count(sale.pk).pooled, remain(sale)) == (1, 0)


@pytest.mark.parametrize("pledged", [0, 4, 1_000_001])
def test_a_number_that_is_none_is_refused(pledged: int, boss: User) -> None:
    sale = sales.approved_sale(units=4, opens_in=600)
    with pytest.raises(pledges.BadPledge):
        offer(sale, pledged, boss)
    assert acts(sale)[-1][0] == "approved"


def test_more_than_the_store_has_is_refused_and_leaves_nothing(boss: User) -> None:
    sale = sales.approved_sale(units=4)
    with pytest.raises(stock.OutOfStock):
        offer(sale, 10, boss)
    assert (sale.units.count(), sale.lots.get().pledged, on_hand(sale)) == (4, 4, 5)


@pytest.mark.parametrize("state", ["draft", "cancelled", "settled"])
def test_the_stock_of_a_sale_that_does_not_run_is_left(state: str, boss: User) -> None:
    sale = sales.approved_sale(units=4)
    Sale.objects.filter(pk=sale.pk).update(state=state)
    with pytest.raises(service.WrongState):
        offer(sale, 5, boss)


# --- cloning -----------------------------------------------------------------------------------


def test_a_clone_is_a_draft_at_the_same_time_of_a_day_to_come(
    boss: User, settings: Settings
) -> None:
    old = sales.draft_sale(units=7, opens_in=-90_000, closes_in=-80_000, starts_in=-70_000)
    Sale.objects.filter(pk=old.pk).update(state="settled", slots=3, work_bits=9, reserved=5)
    Wave.objects.create(sale=old, number=1, opens_at=old.starts_at + timedelta(minutes=20))
    now = clock.now()
    new = drafts.clone(sale_id=old.pk, by=boss, now=now)
    shift = new.starts_at - old.starts_at
    assert (new.state, new.slots, new.work_bits, new.reserved) == ("draft", 3, 9, 0)
    assert (new.lots.get().pledged, new.approved_at) == (7, None)
    assert new.waves.get().opens_at - new.starts_at == timedelta(minutes=20)
    assert new.ends_at - old.ends_at == shift
    assert shift == timedelta(days=2)
    assert new.reserve_opens_at > now
    assert acts(new) == [("cloned", boss.pk)]


@pytest.mark.parametrize(("month", "offset"), [("03", -1), ("10", 1)])
def test_a_clone_keeps_its_time_of_day_when_the_clocks_change(
    month: str, offset: int, boss: User, settings: Settings
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    # The clocks change on 29 March and 25 October 2026.
    start = clock.now().fromisoformat(f"2026-{month}-{'28' if month == '03' else '24'}T19:00:00Z")
    old = sales.draft_sale(now=start, opens_in=-3_600, closes_in=-60, starts_in=0)
    new = drafts.clone(sale_id=old.pk, by=boss, now=start)
    assert new.starts_at - old.starts_at == timedelta(days=1, hours=offset)


# --- the pages ---------------------------------------------------------------------------------


@pytest.fixture
def operator(client_of, boss: User) -> Client:
    client: Client = client_of(boss)
    return client


def test_the_page_says_what_cancelling_means_before_it_is_done(operator: Client) -> None:
    sale = sales.live_sale(units=3)
    paid, held = sales.crowd(sale, 1, pay_from_wallet=True) + sales.crowd(sale, 1)
    sales.fill_wallets([paid], 10_000)
    for person in (paid, held):
        sales.claim(sale, person)
    sales.drain(sale)
    page = operator.get(f"/operator/flashsale/sale/{sale.pk}/act/cancel/").content.decode()
    total = Claim.objects.get(state="paid").order.total_minor  # type: ignore[union-attr]
    assert f"1 person has paid and gets ${total / 100:.2f} back." in page
    assert "1 person holds a unit that is not paid. They lose it." in page
    sale.refresh_from_db()
    assert sale.state == "approved"


def test_stock_is_changed_on_its_page_and_a_refusal_is_said(operator: Client) -> None:
    sale = sales.approved_sale(units=4)
    url, lot = f"/operator/flashsale/sale/{sale.pk}/stock/", sale.lots.get()
    refused = operator.post(url, {"lot": lot.pk, "pledged": "3"})
    assert (refused.status_code, "only raise" in refused.content.decode()) == (422, True)
    assert operator.post(url, {"lot": lot.pk, "pledged": "-3"}).status_code == 422
    assert operator.post(url, {"lot": lot.pk, "pledged": "6"}).status_code == 302
    other = sales.approved_sale(units=4).lots.get()
    assert operator.post(url, {"lot": other.pk, "pledged": "6"}).status_code == 422
    assert sale.units.count() == 6


def test_a_clone_opens_on_its_form(operator: Client) -> None:
    sale = sales.approved_sale()
    response = operator.post(f"/operator/flashsale/sale/{sale.pk}/clone/", follow=True)
    new = Sale.objects.exclude(pk=sale.pk).get()
    assert response.redirect_chain[-1][0] == f"/operator/flashsale/sale/{new.pk}/change/"
    assert 'name="title"' in response.content.decode()


def test_every_act_is_in_the_log_with_its_name(operator: Client, boss: User) -> None:
    sale = sales.live_sale(units=3)
    url = f"/operator/flashsale/sale/{sale.pk}"
    operator.post(f"{url}/act/pause/", {"reason": "A =strange= thing"})
    operator.post(f"{url}/act/resume/")
    sale.units.filter(number=1).update(state="paid")
    controller.Controller().tick(now=clock.now())
    assert [kind for kind, _by in acts(sale)] == ["approved", "paused", "resumed", "paused"]
    assert [by for _kind, by in acts(sale)][1:] == [boss.pk, boss.pk, None]
    page = operator.get(f"{url}/log/").content.decode()
    assert "A =strange= thing" in page
    assert "by itself" in page


def test_what_changed_after_people_could_reserve_is_public(boss: User, client: Client) -> None:
    before, after = sales.approved_sale(units=4, opens_in=600), sales.approved_sale(units=4)
    for sale in (before, after):
        offer(sale, 5, boss)
    title = "What was changed"
    assert title not in client.get(f"/sales/{before.pk}/units/").content.decode()
    page = client.get(f"/sales/{after.pk}/units/").content.decode()
    assert title in page
    assert "5 units instead of 4." in page
