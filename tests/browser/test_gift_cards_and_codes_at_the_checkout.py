"""A code lowers the total and a gift card pays it, in the feed, with scripts and without."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from accounts.services import follows
from payments.models import Payment
from shop.models import Order
from socialcommerce.lib import clock
from tests.browser import town
from tests.browser.conftest import Visit
from tests.factories import shop as make
from tests.factories.coupons import make_coupon
from tests.factories.gift_cards import give_gift_card, left_on

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("javascript", [True, False], ids=["with_scripts", "without_scripts"])
def test_a_code_and_a_gift_card_pay_for_the_notebook(
    visiting: Visit, square: town.Town, alice: User, *, javascript: bool
) -> None:
    make.make_address(alice.profile, is_default=True)
    follows.follow(follower=alice.profile, followed=square.profile, now=clock.now())
    make_coupon(square.variant.product.store)
    gift = give_gift_card(alice, 2_000)
    visitor = visiting(alice, javascript=javascript)
    visitor.open_the_card(square.variant.product)
    page = visitor.page
    page.get_by_text("I have a code of the store").first.click()
    page.get_by_label("Code", exact=True).first.fill("welcome")
    if javascript:
        page.get_by_label("Code", exact=True).first.blur()
    else:
        page.get_by_role("button", name="Update the total").first.click()
    visitor.sees("With the code")
    page.get_by_role("link", name="Use gift card").first.click()
    visitor.sees("$14.00 from your gift card, $0.00 left to pay")
    page.get_by_role("button", name="Pay $14.00").first.click()
    expect(page.get_by_text("Paid", exact=False).first).to_be_visible()
    order = Order.objects.get()
    assert (order.state, order.discount_minor, left_on(gift)) == ("paid", 250, 600)
    assert Payment.objects.get().method == Payment.Method.GIFT_CARD
