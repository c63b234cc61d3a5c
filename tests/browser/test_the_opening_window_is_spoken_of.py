"""What pressing means before, inside and after the opening window of a first-come sale."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from flashsale.models import Sale
from socialcommerce.lib import clock
from tests.browser import town
from tests.browser.conftest import Visit
from tests.factories import flashsale as sales

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
both_ways = pytest.mark.parametrize(
    "javascript", [True, False], ids=["with_scripts", "without_scripts"]
)
PARTS = {
    "before": "Whoever presses in the first 600 s has the same chance",
    "inside": "the order within this window is drawn by lot. Press now or in its last moment",
    "over": "The opening window is over",
}
LATEST_MS = 40_000


def sale_with_a_window(user: User, *, starts_in: float, window_ms: int = 600_000) -> Sale:
    """Reservations are closed, and the gate knows the times."""
    sale = sales.approved_sale(units=2)
    town.reserved(sale, user)
    now = clock.now()
    starts_at = now + timedelta(seconds=starts_in)
    Sale.objects.filter(pk=sale.pk).update(
        reserve_opens_at=starts_at - timedelta(hours=1), starts_at=starts_at,
        reserve_closes_at=min(now, starts_at) - timedelta(seconds=1),
        opening_window_ms=window_ms, seed="5e" * 32,
    )  # fmt: skip
    sales.open_gate(sale)
    return sale


def reads(page: Page, part: str) -> None:
    """Of the three sentences only this one is to be seen."""
    for name, text in PARTS.items():
        sentence = page.locator("[data-window]").get_by_text(text)
        expect(sentence).to_be_visible(visible=name == part, timeout=LATEST_MS)


@both_ways
def test_before_and_inside_the_window(visiting: Visit, alice: User, *, javascript: bool) -> None:
    sale = sale_with_a_window(alice, starts_in=12)
    visitor = visiting(alice, javascript=javascript)
    visitor.page.goto(sale.get_absolute_url())
    reads(visitor.page, "before")
    if not javascript:
        town.wait_for_the_start(sale)
        visitor.page.reload()
    reads(visitor.page, "inside")  # with scripts as the clock says, and nobody asked the server
    expect(visitor.page.get_by_role("button", name="Get one")).to_be_enabled()


@both_ways
def test_who_has_pressed_and_comes_back_reads_that_the_lot_decides(
    visiting: Visit, alice: User, *, javascript: bool
) -> None:
    sale = sale_with_a_window(alice, starts_in=-5)
    visitor = visiting(alice, javascript=javascript)
    visitor.page.goto(sale.get_absolute_url())
    reads(visitor.page, "inside")
    visitor.press("Get one")
    text = "The order within the opening window is drawn by lot when it closes"
    visitor.sees(text)
    visitor.page.goto(sale.get_absolute_url())
    visitor.sees("You are in line")
    visitor.sees(text)
    expect(visitor.page.get_by_role("button", name="Get one")).to_have_count(0)


def test_the_sentence_changes_as_the_window_closes(visiting: Visit, alice: User) -> None:
    sale = sale_with_a_window(alice, starts_in=-5, window_ms=25_000)
    visitor = visiting(alice)
    visitor.page.goto(sale.get_absolute_url())
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    over = visitor.page.get_by_text(PARTS["over"])
    expect(over).to_be_hidden()
    expect(over).to_be_visible(timeout=LATEST_MS)
    assert [url for url in asked if "/sales/" in url] == [], (
        "a crowd that asks at this moment would be a second rush"
    )


def test_after_the_window_the_order_of_pressing_counts(visiting: Visit, alice: User) -> None:
    sale = sale_with_a_window(alice, starts_in=-60, window_ms=5_000)
    visitor = visiting(alice, javascript=False)
    visitor.page.goto(sale.get_absolute_url())
    reads(visitor.page, "over")
