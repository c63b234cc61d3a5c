"""A page that waits for a draw asks lightly and fetches its panel once for each new thing."""

import pytest
from playwright.sync_api import Page, Request

from accounts.models import User
from flashsale.models import Claim, Sale
from flashsale.services.watch.controller import Controller
from socialcommerce.lib import clock
from tests.browser.conftest import Open
from tests.browser.visitor import Visitor
from tests.factories import draws as factory
from tests.factories import flashsale as sales
from tests.factories.shop import make_address

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def waits(open_page: Open, sale: Sale, user: User) -> tuple[Visitor, list[str]]:
    """Somebody before the draw's page, and the panels that their browser fetches."""
    visitor, fetched = Visitor(open_page()), list[str]()

    def note(request: Request) -> None:
        if "/panel/" in request.url:
            fetched.append(request.url)

    visitor.page.on("request", note)
    visitor.has_logged_in(user)
    visitor.page.goto(sale.get_absolute_url())
    visitor.sees("The draw is under way")
    return visitor, fetched


def asks(page: Page, times: int) -> None:
    for _time in range(times):
        with page.expect_response(lambda response: "/state" in response.url):
            pass


def tick() -> None:
    assert Controller().tick(now=clock.now()) == []


def test_the_panel_is_fetched_once_for_the_seed_and_once_for_the_end(
    open_page: Open, alice: User, bob: User
) -> None:
    sale, _people = factory.entered(people=0, units=1)
    book = [make_address(user.profile, is_default=True) for user in (alice, bob)]
    sales.reserve_rows(sale, book)
    factory.seal(sale)
    people = {user: waits(open_page, sale, user) for user in (alice, bob)}
    for visitor, fetched in people.values():
        asks(visitor.page, 3)
        assert fetched == []
    tick()
    sale.refresh_from_db()
    for visitor, fetched in people.values():
        visitor.sees(sale.seed)
        asks(visitor.page, 2)
        assert len(fetched) == 1
    tick()
    winner = Claim.objects.get(sale=sale).person
    for user, (visitor, fetched) in people.items():
        visitor.sees("Unit 1 is yours" if user.profile == winner else "You were not drawn")
        visitor.page.wait_for_selector("[data-sale-panel]:not([data-under-way])")
        assert len(fetched) == 2
