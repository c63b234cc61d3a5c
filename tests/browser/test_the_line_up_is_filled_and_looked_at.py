"""A merchant offers, an operator accepts, people see it and are reminded; a seller drops alone."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from flashsale.models import Reminder, Sale, Slot, Submission
from flashsale.services.line_up import drops
from shop.models import Store
from socialcommerce.lib import clock
from tests.browser import town
from tests.browser.conftest import Open
from tests.browser.test_every_page import barriers, looks
from tests.browser.visitor import Visitor
from tests.factories import line_up as make
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WITHOUT_TOO = pytest.mark.parametrize("with_script", ["script", ""], ids=["script", "plain"])


@pytest.fixture(autouse=True)
def an_old_store(square: town.Town) -> None:
    Store.objects.update(approved_at=clock.now() - timedelta(days=30))


def visitor(open_page: Open, user: User, *, javascript: bool = True) -> Visitor:
    somebody = Visitor(open_page(javascript=javascript), javascript=javascript)
    somebody.has_logged_in(user)
    return somebody


def offer(merchant: Visitor) -> None:
    page = merchant.page
    page.goto("/merchant/flashsale/submission/add/")
    page.get_by_label("What", exact=True).select_option(index=1)
    page.get_by_label("Title").fill("Fifty signed notebooks")
    page.get_by_label("Units").fill("5")
    page.get_by_label("Price").fill("9.00")
    merchant.press("Offer it")
    merchant.sees("Sent. An operator answers")


@WITHOUT_TOO
def test_an_offer_becomes_a_sale_of_the_line_up(
    open_page: Open, square: town.Town, alice: User, with_script: str
) -> None:
    slot = make.empty_slot(days=1)
    offer(visitor(open_page, square.owner))
    operator = visitor(open_page, UserFactory.create(is_operator=True))
    submission = Submission.objects.get()
    operator.page.goto("/operator/")
    operator.sees("Offers for the line-up")
    operator.page.goto(f"/operator/flashsale/submission/{submission.pk}/accept/")
    operator.page.get_by_label("Slot").select_option(value=str(slot.pk))
    operator.press("Accept into this slot")
    operator.sees("The sale is a draft now")
    sale = Sale.objects.get()
    make.approve(sale)
    reader = visitor(open_page, alice, javascript=bool(with_script))
    reader.page.goto("/sales/line-up/")
    reader.sees("The next sale starts in")
    reader.page.get_by_role("link", name=re.compile("Fifty signed notebooks")).first.click()
    expect(reader.page.get_by_role("heading", name="Fifty signed notebooks")).to_be_visible()


@WITHOUT_TOO
def test_a_reminder_is_asked_for_and_dropped(
    open_page: Open, square: town.Town, alice: User, with_script: str
) -> None:
    sale = make.announced_sale(square.variant)
    reader = visitor(open_page, alice, javascript=bool(with_script))
    reader.page.goto(sale.get_absolute_url())
    reader.press("Remind me 15 minutes before")
    expect(reader.page.get_by_role("button", name="We remind you 15 minutes")).to_be_visible()
    assert Reminder.objects.get().person == alice.profile
    reader.press("We remind you 15 minutes before. Never mind")
    expect(reader.page.get_by_role("button", name="Remind me 15 minutes")).to_be_visible()
    assert not Reminder.objects.exists()


def test_a_seller_drops_alone(open_page: Open, square: town.Town) -> None:
    seller = visitor(open_page, square.owner)
    page = seller.page
    page.goto("/merchant/flashsale/sale/add/")
    page.get_by_label("What", exact=True).select_option(index=1)
    page.get_by_label("Title").fill("Five in an hour")
    page.get_by_label("Units").fill("5")
    page.get_by_label("Price").fill("9.00")
    starts = timezone.localtime(clock.now() + timedelta(hours=2))
    page.get_by_label("Starts").fill(starts.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("Minutes on sale").fill("60")
    seller.press("Announce it now")
    seller.sees("Announced: people can reserve.")
    assert Sale.objects.get().seller == square.store


@looks
def test_the_pages_hold_at_both_widths_in_light_and_dark(
    open_page: Open, square: town.Town, alice: User, width: int, scheme: str
) -> None:
    slot = make.empty_slot(days=1, category="books")
    make.announced_sale(square.variant)
    drops.schedule(wish=make.wish(square.variant, units=2), by=square.owner, now=clock.now())
    Slot.objects.filter(pk=slot.pk).update(sale=make.announced_sale(square.variant))
    submission = make.submit(square.owner, square.variant, units=2)
    reader, merchant, operator = (open_page(width=width, scheme=scheme) for _ in range(3))
    Visitor(reader).has_logged_in(alice)
    Visitor(merchant).has_logged_in(square.owner)
    Visitor(operator).has_logged_in(UserFactory.create(is_operator=True))
    sale = Sale.objects.order_by("pk")[0]
    found = barriers(reader, ["/sales/line-up/", sale.get_absolute_url(), "/sales/"])
    inside = "/merchant/flashsale"
    found += barriers(merchant, [f"{inside}/submission/add/", f"{inside}/sale/add/"])
    desk = "/operator/flashsale"
    found += barriers(operator, [f"{desk}/slot/", f"{desk}/submission/{submission.pk}/accept/"])
    assert found == []
