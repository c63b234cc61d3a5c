"""Whoever holds a unit in a pause sees the time stand still, can pay, and sees it go on."""

from datetime import timedelta

import pytest
from django.db.models import F
from playwright.sync_api import expect

from accounts.models import User
from flashsale.gate import published
from flashsale.models import Claim, Sale
from flashsale.pages import shared
from flashsale.services import sales as operator
from socialcommerce.lib import clock
from tests.browser import town
from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor
from tests.factories import flashsale as sales

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
both_ways = pytest.mark.parametrize(
    "javascript", [True, False], ids=["with_scripts", "without_scripts"]
)


def paused_for_an_hour(sale: Sale) -> None:
    """Somebody holds a unit whose time would be long over, but for the pause."""
    operator.pause(sale_id=sale.pk, reason="We look at the stock.", now=clock.now())
    hour = timedelta(hours=1)
    Sale.objects.filter(pk=sale.pk).update(paused_at=F("paused_at") - hour)
    paused_at = Sale.objects.get(pk=sale.pk).paused_at
    assert paused_at is not None
    Claim.objects.filter(sale=sale).update(held_until=paused_at + timedelta(seconds=245))
    published.forget(sale.pk)
    shared.forget()


def held(visitor: Visitor, user: User) -> Sale:
    sale = sales.live_sale(units=1)
    (person,) = town.reserved(sale, user)
    sales.open_gate(sale)
    sales.claim(sale, person)
    sales.drain(sale)
    paused_for_an_hour(sale)
    visitor.page.goto(sale.get_absolute_url())
    visitor.sees("your time to pay stands still")
    expect(visitor.page.locator(".sale__countdown .countdown")).to_have_text("4:05")
    return sale


@both_ways
def test_one_can_pay_meanwhile(visiting: Visit, alice: User, *, javascript: bool) -> None:
    visitor = visiting(alice, javascript=javascript)
    held(visitor, alice)
    visitor.choose("Wallet")
    visitor.press("Pay $19.00")
    visitor.sees("$19.00 paid.")
    assert Claim.objects.get().state == "paid"


def test_the_clock_goes_on_by_itself_from_where_it_stood(visiting: Visit, alice: User) -> None:
    visitor = visiting(alice)
    sale = held(visitor, alice)
    expect(visitor.page.locator(".sale__panel [data-countdown]")).to_have_count(0)
    operator.resume(sale_id=sale.pk, now=clock.now())
    sales.reopen_gate(sale)
    expect(visitor.page.locator(".sale__panel [data-countdown]")).to_be_visible()
    visitor.sees("Pay before the time runs out to keep it.")
    left = Claim.objects.get().held_until
    assert left is not None
    assert timedelta(seconds=200) < left - clock.now() <= timedelta(seconds=245)


def test_whoever_watches_reads_why(visiting: Visit, alice: User) -> None:
    sale = sales.live_sale(units=1)
    paused_for_an_hour(sale)
    visitor = visiting()
    visitor.page.goto(sale.get_absolute_url())
    visitor.sees("The sale is paused")
    visitor.sees("We look at the stock.")
    visitor.sees("nothing is given out meanwhile")
    # What the clock runs to next is the end: it must not be called the start.
    expect(visitor.page.get_by_text("The sale starts in")).to_have_count(0)
