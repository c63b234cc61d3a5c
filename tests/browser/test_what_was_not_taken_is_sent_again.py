"""Busy, too fast, closed for a moment, offline: the page sends it again, and nobody loses."""

import re

import pytest
from playwright.sync_api import Page, Response, expect
from pytest_django.fixtures import Settings

from accounts.models import User
from flashsale.gate import published
from flashsale.gate.keys import Keys
from flashsale.models import Claim, Reservation, Sale, Stream
from socialcommerce.lib import redis
from tests.browser import town
from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor
from tests.factories import flashsale as sales
from tests.factories.shop import make_address

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LATEST_MS = 60_000  # ten seconds are the longest that is asked for; the machine is shared
# When this page sent something, on its own clock.
CLOCKED = """
window.sent = [];
const send = window.fetch;
window.fetch = (url, options) => {
  if (options?.method === "POST") window.sent.push(performance.now());
  return send(url, options);
};
"""


def live(user: User) -> Sale:
    sale = sales.approved_sale(units=2)
    town.reserved(sale, user)
    sales.begin(sale)
    sales.open_gate(sale)
    return sale


def answers_to(page: Page) -> list[Response]:
    """Every answer to a press, as they come."""
    heard: list[Response] = []
    page.on("response", lambda one: heard.append(one) if one.request.method == "POST" else None)
    return heard


def is_in_line(visitor: Visitor, sale: Sale) -> None:
    expect(visitor.page.locator("body")).to_contain_text("You are in line", timeout=LATEST_MS)
    assert redis.gate().xlen(Keys(sale.pk).claims) == 1
    sales.drain(sale)
    visitor.sees("Unit 1 is yours")
    assert Claim.objects.get().state == "held"


@pytest.mark.parametrize(
    ("limit", "calm", "status", "said"),
    [
        ("SALE_SHED_BACKLOG", 100_000, 503, "More people than can be answered at once"),
        ("SALE_PERSON_LIMIT", 60, 429, "That was a little too fast"),
    ],
)
def test_the_page_sends_it_again_after_the_stated_time(
    visiting: Visit, alice: User, settings: Settings, limit: str, calm: int, status: int, said: str
) -> None:
    sale = live(alice)
    visitor = visiting(alice)
    page, heard = visitor.page, answers_to(visitor.page)
    page.add_init_script(CLOCKED)
    page.goto(sale.get_absolute_url())
    setattr(settings, limit, 0)
    published.forget(sale.pk)
    visitor.press("Get one")
    visitor.sees(said)
    visitor.sees("Leave this page open: it does so by itself.")
    expect(page.get_by_role("button", name="Get one")).to_be_disabled()
    page.evaluate("document.querySelector('[data-sale-claim]').requestSubmit()")
    setattr(settings, limit, calm)
    published.forget(sale.pk)
    is_in_line(visitor, sale)
    assert [answer.status for answer in heard] == [status, 200], "a second press sent nothing"
    first, second = page.evaluate("window.sent")
    assert second - first >= int(heard[0].headers["retry-after"]) * 1_000


@pytest.mark.parametrize(
    ("limit", "status"), [("SALE_SHED_BACKLOG", 503), ("SALE_PERSON_LIMIT", 429)]
)
def test_without_scripts_the_button_comes_back_by_itself(
    visiting: Visit, alice: User, settings: Settings, limit: str, status: int
) -> None:
    sale = live(alice)
    visitor = visiting(alice, javascript=False)
    heard = answers_to(visitor.page)
    visitor.page.goto(sale.get_absolute_url())
    calm = getattr(settings, limit)
    setattr(settings, limit, 0)
    published.forget(sale.pk)
    with visitor.page.expect_response(lambda answer: answer.status == status):
        visitor.press("Get one")
    setattr(settings, limit, calm)
    published.forget(sale.pk)
    visitor.page.wait_for_url(f"**{sale.get_absolute_url()}", timeout=LATEST_MS)
    visitor.press("Get one")
    is_in_line(visitor, sale)
    assert [answer.status for answer in heard] == [status, 303]


def closes(sale: Sale) -> None:
    redis.gate().delete(Keys(sale.pk).lease)
    published.forget(sale.pk)


def test_a_press_while_the_gate_is_closed_counts_once_it_is_open(
    visiting: Visit, alice: User
) -> None:
    sale = live(alice)
    visitor = visiting(alice)
    visitor.page.goto(sale.get_absolute_url())
    closes(sale)
    visitor.press("Get one")
    visitor.sees("One moment: the sale is being restored")
    sales.reopen_gate(sale)
    is_in_line(visitor, sale)


def test_a_reservation_keeps_what_was_chosen_while_the_gate_is_closed(
    visiting: Visit, alice: User
) -> None:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    make_address(alice.profile)
    visitor = visiting(alice)
    visitor.page.goto(sale.get_absolute_url())
    visitor.page.get_by_role("checkbox", name="Charge my wallet at once").check()
    closes(sale)
    visitor.press("Reserve")
    visitor.sees("One moment: the sale is being restored")
    sales.reopen_gate(sale)
    visitor.sees("Your reservation has arrived")
    sales.drain(sale, Stream.RESERVATIONS)
    visitor.sees("Reserved, number 1")
    assert Reservation.objects.get().pay_from_wallet


def test_a_press_without_a_connection_arrives_when_there_is_one(
    visiting: Visit, alice: User
) -> None:
    sale = live(alice)
    visitor = visiting(alice)
    visitor.page.goto(sale.get_absolute_url())
    visitor.page.context.set_offline(True)
    visitor.press("Get one")
    visitor.sees("No connection. This page goes on by itself")
    visitor.page.context.set_offline(False)
    is_in_line(visitor, sale)


def test_a_form_that_is_not_valid_any_more_says_so_and_is_made_anew(
    visiting: Visit, alice: User
) -> None:
    sale = live(alice)
    visitor = visiting(alice)
    page = visitor.page
    page.goto(sale.get_absolute_url())
    page.evaluate("document.querySelector('[data-sale-claim] [name=token]').value = 'old'")
    visitor.press("Get one")
    expect(page.locator("[data-sale-said]")).to_contain_text(re.compile("not valid any more"))
    visitor.press("Get one")
    is_in_line(visitor, sale)
