"""On a phone the long form goes and a short answer comes: it has to be where the eye is."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts.models import User
from accounts.services import follows
from socialcommerce.lib import clock
from tests.browser import town
from tests.browser.conftest import Visit
from tests.factories import feed
from tests.factories import payments as money
from tests.factories import shop as make

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def customer(square: town.Town, alice: User) -> User:
    """Alice follows the store, has an address and money."""
    make.make_address(alice.profile, is_default=True)
    follows.follow(follower=alice.profile, followed=square.profile, now=clock.now())
    money.give_money(alice.profile, 10_000)
    return alice


def test_the_receipt_and_not_what_stood_below_it_is_seen(
    visit: Visit, square: town.Town, customer: User
) -> None:
    an_hour_ago = clock.now() - timedelta(hours=1)
    feed.many_posts(square.profile, 12, text="Older words", until=an_hour_ago)
    alice_there = visit(customer)
    page = alice_there.page
    alice_there.open_the_card(square.variant.product)
    expect(page.get_by_role("link", name="Write a post")).to_be_hidden()
    pay = page.get_by_role("button", name="Pay $16.50")
    pay.evaluate("button => button.scrollIntoView({ block: 'start' })")
    pay.click()
    expect(page.get_by_text("Paid. It is yours.")).to_be_in_viewport()
