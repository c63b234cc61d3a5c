"""What the page says while a sale waits, stands still, orders its window, or is called off."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts.models import User
from flashsale.gate import published
from flashsale.gate.keys import Keys
from flashsale.models import Claim, Sale, WaitingPlace, Wave
from flashsale.services import sales as operator
from flashsale.services.fairness import openings
from flashsale.services.watch.controller import Controller
from socialcommerce.lib import clock, redis
from tests.browser import town
from tests.browser.conftest import Visit
from tests.factories import flashsale as sales
from tests.factories.shop import make_address

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def tick(sale: Sale) -> None:
    assert Controller().tick(now=clock.now()) == []
    published.forget(sale.pk)
    sale.refresh_from_db()


def test_an_announced_sale_opens_by_itself_and_a_paused_one_goes_on(
    visiting: Visit, alice: User
) -> None:
    sale = sales.approved_sale(opens_in=600)
    visitor, url = visiting(alice), sale.get_absolute_url()
    make_address(alice.profile)
    visitor.page.goto(url)
    visitor.sees("Reservations open in")
    Sale.objects.filter(pk=sale.pk).update(reserve_opens_at=clock.now() + timedelta(seconds=2))
    visitor.page.goto(url)
    visitor.sees("Charge my wallet at once")  # without a reload
    (person,) = town.reserved(sale, alice)
    sales.begin(sale)
    sales.reopen_gate(sale)
    operator.pause(sale_id=sale.pk, reason="a look", now=clock.now())
    published.forget(sale.pk)
    visitor.page.goto(url)
    visitor.sees("Clocks stand still and you keep your place.")
    expect(visitor.page.get_by_role("button", name="Get one")).to_have_count(0)
    operator.resume(sale_id=sale.pk, now=clock.now())
    sales.reopen_gate(sale)
    expect(visitor.page.get_by_role("button", name="Get one")).to_be_visible()
    operator.cancel(sale_id=sale.pk, now=clock.now())
    visitor.page.goto(url)
    visitor.sees("The sale was cancelled")
    visitor.sees("Your reservation ended with it. Nothing was charged.")
    assert person.number == 1


def test_in_the_opening_window_everybody_is_in_line_until_the_lot_is_drawn(
    visiting: Visit, alice: User
) -> None:
    sale = sales.approved_sale(units=1)
    town.reserved(sale, alice)
    sales.begin(sale)
    Sale.objects.filter(pk=sale.pk).update(opening_window_ms=600_000, seed="5e" * 32)
    sales.open_gate(sale)
    visitor = visiting(alice)
    visitor.page.goto(sale.get_absolute_url())
    visitor.sees("the order within this window is drawn by lot")
    visitor.press("Get one")
    visitor.sees("You are in line")
    sales.drain(sale)
    assert not Claim.objects.exists()
    _end_window(sale)
    assert openings.decide(sale, now=clock.now())
    published.forget(sale.pk)
    sales.drain(sale)
    visitor.sees("Unit 1 is yours")


@pytest.mark.parametrize("javascript", [True, False], ids=["with_scripts", "without_scripts"])
def test_the_second_wave_is_won_and_paid_and_the_list_is_joined_and_left(
    visiting: Visit, alice: User, bob: User, mallory: User, *, javascript: bool
) -> None:
    sale = sales.live_sale(units=1)
    Wave.objects.create(sale=sale, number=1, opens_at=clock.now() + timedelta(minutes=2))
    people = town.reserved(sale, alice, bob, mallory)
    sales.open_gate(sale)
    for person in people[:2]:
        sales.claim(sale, person)
    sales.drain(sale)
    visitors = [visiting(user, javascript=javascript) for user in (alice, bob, mallory)]
    late, winner, stranger = visitors
    published.forget(sale.pk)
    winner.page.goto(sale.get_absolute_url())
    winner.sees("Every unit is taken.")
    winner.sees("You came and got none, so you may claim then.")
    winner.sees("so far 1 unit is unpaid")
    Claim.objects.filter(state="held").update(held_until=clock.now())
    tick(sale)
    Wave.objects.update(opens_at=clock.now())
    tick(sale)
    for visitor, text in (
        (late, "Your time to pay ran out"),
        (stranger, "The second wave is open"),
    ):
        visitor.page.goto(sale.get_absolute_url())
        visitor.sees(text)
        expect(visitor.page.get_by_role("button", name="Get one")).to_have_count(0)
    winner.page.goto(sale.get_absolute_url())
    winner.sees("1 unit came back")
    winner.press("Get one")
    winner.sees("You are in line")
    sales.drain(sale)
    winner.sees("Unit 1 is yours")
    Wave.objects.update(opened_at=clock.now() - timedelta(hours=1))  # over, while it is held
    tick(sale)
    stranger.page.goto(sale.get_absolute_url())
    stranger.press("Wait for a unit")
    stranger.sees("You are number 1 on the waiting list")
    stranger.press("Leave the list")
    stranger.sees("A unit that comes back now goes to the waiting list")
    assert not WaitingPlace.objects.exists()
    winner.choose("Wallet")
    winner.press("Pay $19.00")
    winner.sees("$19.00 paid.")
    assert Claim.objects.get(state="paid").wave == 1


def _end_window(sale: Sale) -> None:
    """It ended a moment ago, for the gate and for PostgreSQL."""
    window_ms = int((clock.now() - sale.starts_at).total_seconds() * 1_000)
    Sale.objects.filter(pk=sale.pk).update(opening_window_ms=window_ms)
    redis.gate().hset(Keys(sale.pk).meta, "window_us", window_ms * 1_000)
    sale.refresh_from_db()
    published.forget(sale.pk)
