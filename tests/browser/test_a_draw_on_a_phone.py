"""A draw as its people see it on a phone: with a pass, sealed, drawn, won or lost, and proven."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from flashsale.models import Claim, Pass, Sale
from flashsale.services.fairness import draws
from socialcommerce.lib import clock
from tests.browser.conftest import Open
from tests.browser.visitor import Visitor
from tests.factories import draws as factory
from tests.factories import flashsale as sales
from tests.factories.shop import make_address

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def enter(sale: Sale, *users: User) -> None:
    book = [make_address(user.profile, is_default=True) for user in users]
    sales.reserve_rows(sale, book)


@pytest.mark.parametrize("javascript", [True, False], ids=["with_scripts", "without_scripts"])
def test_from_the_pass_to_the_unit_or_the_turn(
    open_page: Open, alice: User, bob: User, *, javascript: bool
) -> None:
    sale, _people = factory.entered(people=6, units=1, pass_weight=2)
    enter(sale, alice, bob)
    url = sale.get_absolute_url()
    visitor = Visitor(open_page(javascript=javascript), javascript=javascript)
    visitor.has_logged_in(alice)
    visitor.page.goto(url)
    visitor.sees("Reserved, number 7")
    visitor.sees("1 in 8")
    visitor.press("Get the pass for free")
    visitor.sees("You have a pass")
    visitor.sees("1 in 4")
    assert Pass.objects.get().person == alice.profile
    factory.seal(sale)
    visitor.page.goto(url)
    visitor.sees("The draw is under way")
    expect(visitor.page.get_by_text(sale.root)).to_be_visible()
    assert draws.allocate(sale, now=clock.now())
    visitor.page.goto(url)
    won = Claim.objects.filter(person=alice.profile).exists()
    visitor.sees("Unit 1 is yours" if won else "You were not drawn")
    visitor.page.get_by_text("Check this sale yourself").click()
    visitor.page.get_by_role("link", name="Every unit").click()
    visitor.sees(f"Unit 1 {sale.lots.get().variant}")
    expect(visitor.page.locator(".sale__who")).to_have_count(1)


def test_the_page_goes_on_by_itself_when_the_draw_is_made(open_page: Open, alice: User) -> None:
    sale, _people = factory.entered(people=0, units=1)
    enter(sale, alice)
    factory.seal(sale)
    visitor = Visitor(open_page())
    visitor.has_logged_in(alice)
    visitor.page.goto(sale.get_absolute_url())
    visitor.sees("The draw is under way")
    assert draws.allocate(sale, now=clock.now())
    visitor.sees("Unit 1 is yours")
