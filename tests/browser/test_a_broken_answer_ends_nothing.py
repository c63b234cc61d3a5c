"""A site that cannot answer for some seconds: the page that was left open goes on by itself."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from flashsale.models import Sale
from socialcommerce.lib import clock
from tests.browser import town
from tests.browser.conftest import Visit
from tests.factories import flashsale as sales
from tests.factories.shop import make_address

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ASKED = re.compile(r"/sales/\d+/(state|panel/)")


def breaks(page: Page) -> None:
    """As the proxy before a web process that starts anew."""

    def answer(route: Route) -> None:
        route.fulfill(status=503, headers={"Retry-After": "1"}, body="one moment")

    page.route(ASKED, answer)


def is_well(page: Page) -> None:
    """Once the panel was asked for in vain."""
    with page.expect_response(lambda answer: "/panel/" in answer.url):
        pass
    page.unroute(ASKED)


def test_whoever_is_in_line_hears_of_the_unit(visiting: Visit, alice: User) -> None:
    sale = sales.approved_sale(units=2)
    town.reserved(sale, alice)
    sales.begin(sale)
    sales.open_gate(sale)
    visitor = visiting(alice)
    visitor.page.goto(sale.get_absolute_url())
    visitor.press("Get one")
    visitor.sees("You are in line")
    breaks(visitor.page)
    sales.drain(sale)
    is_well(visitor.page)
    visitor.sees("Unit 1 is yours")


def test_a_countdown_that_is_over_shows_what_comes_then(visiting: Visit, alice: User) -> None:
    sale = sales.approved_sale(opens_in=600)
    make_address(alice.profile)
    opens_at = clock.now() + timedelta(seconds=3)
    Sale.objects.filter(pk=sale.pk).update(reserve_opens_at=opens_at)
    visitor = visiting(alice)
    visitor.page.goto(sale.get_absolute_url())
    visitor.sees("Reservations open in")
    breaks(visitor.page)
    is_well(visitor.page)
    visitor.sees("Charge my wallet at once")
    expect(visitor.page.get_by_role("button", name="Reserve")).to_be_enabled()
