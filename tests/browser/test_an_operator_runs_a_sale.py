"""An operator writes a sale, checks it, watches it live, pauses, resumes, and reads the report."""

import re
import time
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from accounts.models import User
from flashsale.gate import published
from flashsale.models import Act, Claim, Sale
from socialcommerce.lib import clock
from tests import stack
from tests.browser import town
from tests.browser.conftest import LEASE_MS, Open, Visit
from tests.browser.console import act, figure
from tests.browser.visitor import Visitor
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory
from tests.factories.shop import fill_shelf

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
REHEARSAL_MS = 240_000
OPEN_FOR = 1_800  # seconds to reserve, as the form says; the test moves the start to where it is


def write(page: Page, field: str, moment: datetime) -> None:
    """One moment of the form, in the site's zone."""
    page.locator(f"#id_{field}_0").fill(f"{moment:%Y-%m-%d}")
    page.locator(f"#id_{field}_1").fill(f"{moment:%H:%M:%S}")


def write_a_sale(page: Page, variant_name: str) -> datetime:
    """The form is filled in and saved; when the sale will start."""
    page.goto("/operator/flashsale/sale/add/")
    page.get_by_label("Title").fill("Evening notebooks")
    page.locator(".select2-selection").first.click()
    page.locator(".select2-search__field").last.fill(variant_name)
    page.locator(".select2-results__option", has_text=variant_name).first.click()
    page.locator("#id_lots-0-unit_price_minor").fill("9.00")
    page.locator("#id_lots-0-pledged").fill("3")
    now = clock.now().replace(microsecond=0)
    starts_at = now + timedelta(seconds=OPEN_FOR + 2)
    write(page, "reserve_opens_at", now - timedelta(minutes=1))
    write(page, "reserve_closes_at", now + timedelta(seconds=OPEN_FOR))
    write(page, "starts_at", starts_at)
    write(page, "ends_at", starts_at + timedelta(hours=1))
    page.get_by_role("button", name="Save", exact=True).click()
    return starts_at


def starts_now(sale: Sale) -> None:
    """The start has come, and the running controller has opened the gate of the new times."""
    sales.begin(sale)
    Sale.objects.filter(pk=sale.pk).update(nonce="old")
    until = time.monotonic() + town.GATE_SECONDS
    while Sale.objects.get(pk=sale.pk).nonce == "old" or not published.read(sale.pk).is_open:
        assert time.monotonic() < until, "the controller never opened the gate"
        time.sleep(0.2)
    published.forget(sale.pk)


@pytest.mark.parametrize("javascript", [True, False], ids=["with_scripts", "without_scripts"])
def test_figures_are_there_with_and_without_scripts(
    open_page: Open, transactional_db: None, *, javascript: bool
) -> None:
    boss: User = UserFactory.create(is_operator=True)
    sale = sales.live_sale(units=3)
    visitor = Visitor(open_page(javascript=javascript), javascript=javascript)
    visitor.has_logged_in(boss)
    visitor.page.goto(f"/operator/flashsale/sale/{sale.pk}/live/")
    expect(figure(visitor.page, "free")).to_have_text("3")
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    sales.drain(sale)
    # Nobody presses anything: the script asks each second, the page without it every five.
    expect(figure(visitor.page, "held")).to_have_text("1")
    expect(figure(visitor.page, "conservation")).to_have_text("holds")


def test_the_check_list_refuses_an_impossible_sale_and_says_what_to_do(
    open_page: Open, transactional_db: None
) -> None:
    visitor = Visitor(open_page())
    visitor.has_logged_in(UserFactory.create(is_operator=True))
    page = visitor.page
    sale = sales.draft_sale(kind="draw", slots=2, opens_in=3_600, closes_in=7_200, starts_in=7_200)
    page.goto(f"/operator/flashsale/sale/{sale.pk}/check-list/")
    visitor.sees("The sale cannot be approved while something forbids it.")
    forbidden = page.locator(".console-check", has_text="Forbids the sale")
    expect(forbidden.locator("em").first).to_be_visible()
    expect(page.get_by_role("link", name="Approve", exact=True)).to_have_count(0)
    page.goto(f"/operator/flashsale/sale/{sale.pk}/act/approve/")
    page.locator(".console-form button").click()
    sale.refresh_from_db()
    assert sale.state == "draft"
    with transaction.atomic():
        fill_shelf(sale.lots.get().variant, 5)
    late = sale.starts_at + timedelta(minutes=10)
    Sale.objects.filter(pk=sale.pk).update(slots=1, starts_at=late)
    page.goto(f"/operator/flashsale/sale/{sale.pk}/check-list/")
    act(visitor, "Approve", "Approve and announce")
    visitor.sees("Approved: everybody can see it.")


def test_an_operator_runs_a_sale_from_the_form_to_the_report(
    visit: Visit, square: town.Town
) -> None:
    with transaction.atomic():
        fill_shelf(square.variant, 5)
    boss: User = UserFactory.create(is_operator=True)
    visitor = visit(boss)
    page = visitor.page
    page.set_viewport_size({"width": 1280, "height": 900})
    starts_at = write_a_sale(page, square.variant.product.title)
    page.get_by_role("link", name="Check-list").first.click()
    visitor.sees("Enough of everything is in the store's stock.")
    visitor.sees("It was not rehearsed.")
    act(visitor, "Approve", "Approve and announce")
    visitor.sees("Approved: everybody can see it.")
    sale = Sale.objects.get(title="Evening notebooks")
    assert (sale.state, sale.starts_at) == ("approved", starts_at)

    people = sales.crowd(sale, 4)
    starts_now(sale)
    expect(page.locator("[data-live-phase]")).to_have_text("Live")
    for person in people[:2]:
        sales.claim(sale, person)
    expect(figure(page, "held")).to_have_text("2")
    expect(figure(page, "conservation")).to_have_text("holds")
    expect(figure(page, "gate")).to_have_text("open")

    act(visitor, "Pause", "Pause the sale")
    visitor.sees("Paused: every clock stands still.")
    expect(figure(page, "gate")).to_have_text("closed")
    until = Claim.objects.filter(sale=sale).values_list("held_until", flat=True).first()
    act(visitor, "Resume", "Resume the sale")
    visitor.sees("Resumed: the gate opens in a moment.")
    expect(figure(page, "gate")).to_have_text("open")
    later = Claim.objects.filter(sale=sale).values_list("held_until", flat=True).first()
    assert until is not None
    assert later is not None
    assert later > until

    act(visitor, "Close early", "Close the sale now")
    visitor.sees("Closed: nobody else comes in line.")
    page.locator(".console-tabs").get_by_role("link", name="Report").click()
    expect(page.locator("dl", has_text="Reserved").first).to_contain_text(
        re.compile(r"Reserved\s*4")
    )
    visitor.sees("Held, not paid yet")
    page.locator(".console-tabs").get_by_role("link", name="Audit log").click()
    visitor.sees("Closed early")
    kinds = Act.objects.filter(sale=sale, by=boss).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["approved", "paused", "resumed", "closed"]


def test_a_sale_is_rehearsed_from_the_console_until_the_check_list_knows(
    visit: Visit, square: town.Town, site: str
) -> None:
    boss: User = UserFactory.create(is_operator=True)
    sale = sales.draft_sale(opens_in=7_200, closes_in=9_000, starts_in=9_000)
    visitor = visit(boss)
    page = visitor.page
    page.goto(f"/operator/flashsale/sale/{sale.pk}/check-list/")
    page.locator(".console-tabs").get_by_role("link", name="Rehearsal").click()
    page.get_by_label("People").fill("12")
    env = stack.environment(SITE_URL=site, SALE_LEASE_MS=LEASE_MS)
    # One plays the crowd while the other drains what it sends.
    with stack.running("rehearsal", env=env), stack.running("rehearsal", env=env):
        visitor.press("Play it now")
        expect(page.get_by_text("Go", exact=True)).to_be_visible(timeout=REHEARSAL_MS)
    page.goto(f"/operator/flashsale/sale/{sale.pk}/check-list/")
    visitor.sees("Rehearsed like this, and it went well.")
