"""A sale that gives two units to a person: claimed one after another, paid, and through a pause."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from flashsale import verification
from flashsale.gate import published
from flashsale.models import Claim, Reservation, Sale
from flashsale.pages import shared
from flashsale.services import sales as operator
from socialcommerce.lib import clock
from tests.browser import town
from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor
from tests.factories import flashsale as sales

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def live(user: User, *, pay_from_wallet: bool = False) -> Sale:
    sale = sales.approved_sale(units=3, slots=2)
    town.reserved(sale, user, pay_from_wallet=pay_from_wallet)
    sales.begin(sale)
    sales.open_gate(sale)
    return sale


def has_the_first(visitor: Visitor, sale: Sale) -> None:
    visitor.page.goto(sale.get_absolute_url())
    visitor.press("Get one")
    visitor.sees("You are in line")
    sales.drain(sale)
    visitor.sees("Unit 1 is yours")


def pay(visitor: Visitor) -> None:
    visitor.choose("Wallet")
    visitor.press("Pay $19.00")


@pytest.mark.parametrize("javascript", [True, False], ids=["with_scripts", "without_scripts"])
def test_two_units_are_claimed_one_after_another_and_both_paid(
    visiting: Visit, alice: User, *, javascript: bool
) -> None:
    sale = live(alice)
    visitor = visiting(alice, javascript=javascript)
    has_the_first(visitor, sale)
    visitor.press("Get another one")
    visitor.sees("You are in line" if javascript else "One more")
    visitor.sees("Unit 1 is yours")  # and can be paid meanwhile
    sales.drain(sale)
    if not javascript:  # nobody's choice of how to pay is swept away by a reload
        visitor.page.get_by_role("link", name="ask now").click()
    visitor.sees("Unit 2 is yours")
    expect(visitor.page.get_by_role("button", name="Get another one")).to_have_count(0)
    pay(visitor)
    visitor.sees("Unit 1 is yours")
    pay(visitor)
    visitor.sees("$19.00 paid.")
    expect(visitor.page.locator(".sale__panel .facts dd")).to_have_text(["Paid", "Paid"])
    paid = Claim.objects.filter(state="paid").order_by("slot").values_list("slot", flat=True)
    assert list(paid) == [1, 2]
    assert verification.faults(sale.pk) == []


def test_who_comes_back_in_a_pause_is_asked_about_the_unit_in_line(
    visiting: Visit, alice: User
) -> None:
    sale = live(alice, pay_from_wallet=True)
    visitor = visiting(alice)
    has_the_first(visitor, sale)
    visitor.press("Get another one")
    visitor.sees("You are in line")
    operator.pause(sale_id=sale.pk, reason="a look", now=clock.now())
    published.forget(sale.pk)
    shared.forget()
    with visitor.page.expect_request(re.compile(r"/state\?slot=")) as asked:
        visitor.page.goto(sale.get_absolute_url())
    assert asked.value.url.endswith("slot=2")
    visitor.sees("Whoever is in line for one more keeps the place.")
    operator.resume(sale_id=sale.pk, now=clock.now())
    sales.reopen_gate(sale)
    sales.drain(sale)
    visitor.sees("Unit 2 is yours")
    assert Claim.objects.filter(state="paid").count() == 2


@pytest.mark.parametrize("javascript", [True, False], ids=["with_scripts", "without_scripts"])
def test_a_further_one_that_is_refused_is_not_refused_in_silence(
    visiting: Visit, alice: User, bob: User, *, javascript: bool
) -> None:
    sale = sales.approved_sale(units=9, slots=2)
    people = town.reserved(sale, alice, bob)
    Reservation.objects.update(address_digest="one house")
    Sale.objects.filter(pk=sale.pk).update(per_address_limit=2)
    sales.begin(sale)
    sales.open_gate(sale)
    sales.claim(sale, people[1])
    sales.drain(sale)
    visitor = visiting(alice, javascript=javascript)
    visitor.page.goto(sale.get_absolute_url())
    visitor.press("Get one")
    visitor.sees("You are in line")
    sales.drain(sale)
    visitor.sees("Unit 2 is yours")
    visitor.press("Get another one")
    visitor.sees("You are in line" if javascript else "One more")
    sales.drain(sale)
    if not javascript:
        visitor.page.get_by_role("link", name="ask now").click()
    visitor.sees("Your claim could not be taken")
    expect(visitor.page.get_by_role("button", name="Get another one")).to_be_enabled()


def test_who_asks_for_another_one_too_late_hears_that_there_is_none(
    visiting: Visit, alice: User, bob: User
) -> None:
    sale = sales.approved_sale(units=2, slots=2)
    people = town.reserved(sale, alice, bob)
    sales.begin(sale)
    sales.open_gate(sale)
    visitor = visiting(alice)
    has_the_first(visitor, sale)
    sales.claim(sale, people[1])
    sales.drain(sale)
    published.forget(sale.pk)
    shared.forget()
    visitor.press("Get another one")
    visitor.sees("The sale has sold out: there is no other one to get.")
    expect(visitor.page.locator("[data-sale-said]")).to_have_text(re.compile("Sold out"))
    expect(visitor.page.locator("[data-sale-said]")).to_be_in_viewport()
