"""One switch: the wallet pays what it has, a card the rest; in the feed and in a sale."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from accounts.services import follows
from flashsale import verification
from flashsale.models import Claim, Sale
from payments.models import Payment
from shop.models import Order
from socialcommerce.lib import clock
from tests.browser import town
from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor
from tests.factories import flashsale as sales
from tests.factories import payments as money
from tests.factories import shop as make

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
both_ways = pytest.mark.parametrize(
    "javascript", [True, False], ids=["with_scripts", "without_scripts"]
)
ASKS_EACH_TIME = "4000002760003184"
DECLINED_WHEN_CHARGED = "4000000000000341"


@pytest.fixture
def customer(square: town.Town, alice: User) -> User:
    """Alice has 6.50 of the 16.50 that the notebook costs, and an address."""
    make.make_address(alice.profile, is_default=True)
    follows.follow(follower=alice.profile, followed=square.profile, now=clock.now())
    money.give_money(alice.profile, 650)
    return alice


@pytest.fixture
def sale(alice: User) -> Sale:
    """Alice holds a unit for 19.00 and has 9.00."""
    address = make.make_address(alice.profile, is_default=True)
    money.give_money(alice.profile, 900)
    sale = sales.live_sale(units=1)
    (person,) = sales.reserve_rows(sale, [address])
    sales.claim(sale, person)
    sales.drain(sale)
    return sale


@both_ways
def test_in_the_feed_both_pay_and_the_receipt_says_what_each_paid(
    visiting: Visit, square: town.Town, customer: User, *, javascript: bool
) -> None:
    visitor = visiting(customer, javascript=javascript)
    visitor.bind_card()
    visitor.sees("Visa ···· 4242 is bound.")
    card = visitor.open_the_card(square.variant.product)
    visitor.sees("$6.50 from the wallet, $10.00 from the card")
    pay_with_both(visitor, "4242", "Pay $16.50")
    visitor.receipt(card)
    visitor.sees("Paid with $6.50 from the wallet and $10.00 by card")
    visitor.page.goto("/wallet/")
    visitor.sees("$0.00")
    assert paid_parts() == [("succeeded", 650, 1_000)]


@both_ways
def test_a_bank_that_says_no_leaves_the_wallet_whole_until_it_agrees(
    visiting: Visit, square: town.Town, customer: User, *, javascript: bool
) -> None:
    visitor = visiting(customer, javascript=javascript)
    visitor.bind_card(ASKS_EACH_TIME)
    visitor.press("Complete")
    visitor.sees("Visa ···· 3184 is bound.")
    visitor.open_the_card(square.variant.product)
    pay_with_both(visitor, "3184", "Pay $16.50")
    expect(visitor.page.get_by_role("button", name="Fail")).to_be_visible()
    assert money.available(customer.profile) == 0
    visitor.press("Fail")
    visitor.sees("Your bank could not confirm that it is you.")
    visitor.sees("Your order is kept")
    assert money.available(customer.profile) == 650
    pay_with_both(visitor, "3184", "Pay $16.50")
    visitor.press("Complete")
    visitor.sees("Paid with $6.50 from the wallet and $10.00 by card")
    assert Order.objects.get().state == "paid"
    assert paid_parts() == [("succeeded", 650, 1_000)]


@both_ways
def test_in_a_sale_a_declined_card_costs_nothing_and_the_next_one_pays_with_the_wallet(
    visiting: Visit, alice: User, sale: Sale, *, javascript: bool
) -> None:
    visitor = visiting(alice, javascript=javascript)
    for number in (DECLINED_WHEN_CHARGED, "4242424242424242"):
        visitor.bind_card(number)
        visitor.sees(f"Visa ···· {number[-4:]} is bound.")
    visitor.page.goto(sale.get_absolute_url())
    visitor.sees("$9.00 from the wallet, $10.00 from the card")
    pay_with_both(visitor, "0341", "Pay $19.00")
    visitor.sees("Your bank declined the card.")
    visitor.sees("The unit stays yours until the time is over.")
    assert (Claim.objects.get().state, money.available(alice.profile)) == ("held", 900)
    pay_with_both(visitor, "4242", "Pay $19.00")
    visitor.sees("$19.00 paid.")
    assert (Claim.objects.get().state, money.available(alice.profile)) == ("paid", 0)
    assert paid_parts() == [("succeeded", 900, 1_000)]
    assert verification.faults(sale.pk) == []


def test_in_a_sale_the_bank_says_no_and_the_page_offers_the_choice_again(
    visiting: Visit, alice: User, sale: Sale
) -> None:
    visitor = visiting(alice)
    visitor.bind_card(ASKS_EACH_TIME)
    visitor.press("Complete")
    visitor.sees("Visa ···· 3184 is bound.")
    visitor.page.goto(sale.get_absolute_url())
    pay_with_both(visitor, "3184", "Pay $19.00")
    visitor.press("Fail")
    visitor.sees("Your bank could not confirm that it is you.")
    assert (Claim.objects.get().state, money.available(alice.profile)) == ("held", 900)
    pay_with_both(visitor, "3184", "Pay $19.00")
    visitor.press("Complete")
    visitor.sees("$19.00 paid.")
    assert (Claim.objects.get().state, money.available(alice.profile)) == ("paid", 0)


def pay_with_both(visitor: Visitor, last4: str, button: str) -> None:
    visitor.choose(re.compile(last4))
    switch = visitor.page.get_by_role("checkbox", name=re.compile("Use my wallet balance first"))
    switch.check()
    visitor.press(button)


def paid_parts() -> list[tuple[str, int, int]]:
    """State, wallet's part and card's part of every payment."""
    return [
        (payment.state, payment.wallet_part_minor, payment.card_part_minor)
        for payment in Payment.objects.order_by("pk")
    ]
