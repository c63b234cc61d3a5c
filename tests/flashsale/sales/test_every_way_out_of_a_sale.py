"""Cancelled by the buyer, closed early, paused past its end: nobody is lost or lied to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from flashsale import verification
from flashsale.gate import admission, published
from flashsale.models import Claim, Reservation, Sale, Wave
from flashsale.services import claims
from flashsale.services import sales as operator
from flashsale.services.watch import conservation
from flashsale.services.watch.controller import Controller
from flashsale.standings import Standing
from payments.services.ledger import InsufficientFunds
from shop.services import orders
from socialcommerce.lib import clock
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def user_of(person: Person) -> User:
    user = Reservation.objects.get(person_id=person.profile_id).person.user
    assert user is not None
    return user


def page(client: Client, sale: Sale) -> str:
    return str(client.get(sale.get_absolute_url()).content.decode())


def tick(sale: Sale) -> None:
    assert Controller().tick(now=clock.now()) == []
    published.forget(sale.pk)
    sale.refresh_from_db()


def held(*, units: int = 2, people: int = 1, **fields: object) -> tuple[Sale, list[Person]]:
    """Everybody holds a unit."""
    sale = sales.live_sale(units=units, **fields)
    crowd = sales.crowd(sale, people)
    sales.open_gate(sale)
    for person in crowd:
        sales.claim(sale, person)
    sales.drain(sale)
    published.forget(sale.pk)
    sale.refresh_from_db()
    return sale, crowd


def pay(sale: Sale, person: Person, *, slot: int = 1) -> None:
    claims.pay(
        sale_id=sale.pk,
        person=user_of(person).profile,
        method="wallet",
        instrument_id=None,
        key=f"k{slot}",
        return_url="/",
        now=clock.now(),
        slot=slot,
    )


def time_runs_out(sale: Sale) -> None:
    Claim.objects.filter(sale=sale, state="held").update(held_until=clock.now())
    tick(sale)


def test_who_cancels_the_unpaid_order_does_not_read_that_time_ran_out(
    client_of: ClientOf, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    sale, (person,) = held()
    order_id = Claim.objects.get().order_id or 0
    with django_capture_on_commit_callbacks(execute=True):
        orders.cancel(order_id=order_id, reason="no", now=clock.now())
    said = page(client_of(user_of(person)), sale)
    assert "The order was cancelled" in said
    assert "ran out" not in said
    answer = admission.look(sales.token_of(sale, person))
    assert answer.standing == Standing.GIVEN_UP
    assert conservation.count(sale.pk).free == 2


def test_a_rebuild_tells_the_same() -> None:
    sale, (person,) = held()
    orders.cancel(order_id=Claim.objects.get().order_id or 0, reason="no", now=clock.now())
    sales.reopen_gate(sale)
    assert admission.look(sales.token_of(sale, person)).standing == Standing.GIVEN_UP


def test_an_empty_wallet_pays_once_it_is_filled() -> None:
    sale, (person,) = held()
    with pytest.raises(InsufficientFunds):
        pay(sale, person)
    sales.fill_wallets([person], 10_000)
    pay(sale, person)
    assert Claim.objects.get().state == "paid"


def test_closed_early_it_serves_who_is_in_line_and_lets_holders_pay(client_of: ClientOf) -> None:
    sale, (first,) = held(units=3)
    (second, third) = sales.crowd(sale, 2)
    sales.fill_wallets([first], 10_000)
    assert sales.claim(sale, second).standing == Standing.IN_LINE
    operator.close(sale_id=sale.pk, now=clock.now())
    tick(sale)  # the gate is loaded anew, with the new end
    assert sales.claim(sale, third).standing == Standing.ENDED
    assert Claim.objects.get(person_id=second.profile_id).state == "held"
    assert "is yours" in page(client_of(user_of(first)), sale)
    pay(sale, first)
    tick(sale)
    assert sale.state == "approved"  # the second still has the time that was promised
    time_runs_out(sale)
    assert sale.state == "settled"
    count = conservation.count(sale.pk)
    assert (count.paid, count.returned) == (1, 2)
    assert verification.faults(sale.pk) == []


def test_closed_early_no_wave_opens_any_more() -> None:
    sale, _crowd = held(units=1)
    Wave.objects.create(sale=sale, number=1, opens_at=clock.now() + timedelta(minutes=1))
    operator.close(sale_id=sale.pk, now=clock.now())
    tick(sale)
    Wave.objects.update(opens_at=clock.now())
    time_runs_out(sale)
    assert (sale.state, sale.wave) == ("settled", 0)
    assert conservation.count(sale.pk).returned == 1


def paused_past_its_end() -> tuple[Sale, Person]:
    sale, (person,) = held()
    operator.pause(sale_id=sale.pk, reason="fire", now=clock.now())
    Sale.objects.filter(pk=sale.pk).update(ends_at=clock.now())
    tick(sale)
    assert sale.state == "paused"  # an operator has to decide: holds stand still meanwhile
    assert Claim.objects.get().state == "held"
    return sale, person


def test_paused_past_its_end_and_resumed_its_holds_run_out_and_it_settles() -> None:
    sale, person = paused_past_its_end()
    operator.resume(sale_id=sale.pk, now=clock.now())
    tick(sale)
    assert Claim.objects.get().state == "held"
    sales.fill_wallets([person], 10_000)
    pay(sale, person)
    tick(sale)
    assert sale.state == "settled"
    assert conservation.count(sale.pk).paid == 1


def test_paused_past_its_end_it_can_be_cancelled() -> None:
    sale, _person = paused_past_its_end()
    operator.cancel(sale_id=sale.pk, now=clock.now())
    operator.wind_up(sale_id=sale.pk, limit=10, now=clock.now())
    assert Claim.objects.get().state == "expired"
    assert conservation.count(sale.pk).returned == 2


def test_paused_past_its_end_the_holder_still_sees_the_unit(client_of: ClientOf) -> None:
    sale, person = paused_past_its_end()
    assert "Unit 1 is yours" in page(client_of(user_of(person)), sale)


def test_several_units_of_one_person_are_all_shown_and_paid_one_by_one(
    client_of: ClientOf,
) -> None:
    sale, (person,) = held(units=3, slots=2)
    browser = client_of(user_of(person))
    said = page(browser, sale)
    assert "Get another one" in said
    token = sales.token_of(sale, person)
    assert admission.claim(token, slot=2, earlier=None).standing == Standing.IN_LINE
    sales.drain(sale)
    said = page(browser, sale)
    assert "Get another one" not in said
    assert "Unit 1" in said
    assert "Unit 2" in said
    sales.fill_wallets([person], 10_000)
    url = f"/sales/{sale.pk}/claim/pay/"
    body = {"key": "k1", "pay_with": "wallet", "slot": "2"}
    for _twice in range(2):  # the second press pays nothing else
        assert browser.post(url, body).status_code == 303
    states = list(Claim.objects.order_by("slot").values_list("state", flat=True))
    assert states == ["held", "paid"]
    pay(sale, person, slot=1)
    assert Claim.objects.filter(state="paid").count() == 2
    assert verification.faults(sale.pk) == []


@pytest.mark.parametrize("slot", ["0", "11", "x", "\u0661", "1e1"])
def test_a_slot_that_is_none_is_refused(slot: str, client_of: ClientOf) -> None:
    sale, (person,) = held(slots=2)
    body = {"key": "k1", "pay_with": "wallet", "slot": slot}
    answer = client_of(user_of(person)).post(f"/sales/{sale.pk}/claim/pay/", body)
    assert answer.status_code == 422
    assert Claim.objects.get().state == "held"
