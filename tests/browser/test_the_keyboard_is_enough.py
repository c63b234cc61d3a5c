"""Logging in, writing, liking and buying with Tab and Enter alone, on a page that shows focus."""

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from accounts.services import follows
from feed.models import Like, Post
from shop.models import Order
from socialcommerce.lib import clock
from tests.browser import town
from tests.browser.conftest import Open
from tests.conftest import PASSWORD
from tests.factories import payments as money
from tests.factories import shop as make

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
TABS_MAX = 60
HAS_FOCUS = "element => element === document.activeElement"
# The composer is a blank sheet: there the caret alone says where one is.
SHOWS_FOCUS = """() => {
  if (document.activeElement.matches(".composer textarea")) return true;
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""


def tab_to(page: Page, target: Locator) -> None:
    """Tab is pressed until the target has the focus, and it can be seen."""
    expect(target).to_be_visible()
    for _press in range(TABS_MAX):
        page.keyboard.press("Tab")
        if target.evaluate(HAS_FOCUS):
            assert page.evaluate(SHOWS_FOCUS), f"{target} does not show its focus"
            return
    pytest.fail(f"{TABS_MAX} tabs did not reach {target}")


def test_the_keyboard_is_enough(open_page: Open, square: town.Town, alice: User) -> None:
    make.make_address(alice.profile, is_default=True)
    money.give_money(alice.profile, 5_000)
    follows.follow(follower=alice.profile, followed=square.profile, now=clock.now())
    page = open_page()
    keyboard = page.keyboard

    page.goto("/accounts/login/")
    tab_to(page, page.get_by_label("Email"))
    keyboard.type("alice@example.com")
    tab_to(page, page.get_by_label("Password"))
    keyboard.type(PASSWORD)
    keyboard.press("Enter")

    tab_to(page, page.locator("#composer textarea"))
    keyboard.type("Written without a mouse.")
    tab_to(page, page.get_by_role("button", name="Post", exact=True))
    keyboard.press("Enter")
    expect(page.locator("#timeline")).to_contain_text("Written without a mouse.")

    offer = page.locator(f"#post-{square.post.pk}")
    tab_to(page, offer.get_by_role("button", name="Like"))
    keyboard.press("Enter")
    liked = offer.get_by_role("button", name="Like", pressed=True)
    expect(liked).to_be_visible()
    expect(liked).to_be_focused()

    card = page.get_by_role("region", name="Dotted notebook").first
    page.goto("/")
    tab_to(page, card.get_by_role("link", name="Buy"))
    keyboard.press("Enter")
    tab_to(page, card.get_by_role("button", name="Pay $16.50"))
    keyboard.press("Enter")
    expect(card.get_by_role("heading", name="Paid. It is yours.")).to_be_visible()
    tab_to(page, card.get_by_role("link", name="Look at the order"))
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()

    assert Post.objects.filter(author=alice.profile).count() == 1
    assert Like.objects.filter(profile=alice.profile, post=square.post).exists()
    assert Order.objects.get().state == "paid"
