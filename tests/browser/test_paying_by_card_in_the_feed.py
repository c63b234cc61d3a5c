"""The checkout card when it does not go smoothly: the bank asks, declines, the price moves."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from accounts.services import follows
from shop.models import Order, StockItem, Variant
from socialcommerce.lib import clock
from tests.browser import town
from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor
from tests.factories import payments as money
from tests.factories import shop as make

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
ASKS_WHEN_BOUND = "4000002500003155"
ASKS_EACH_TIME = "4000002760003184"
DECLINED_WHEN_BOUND = "4000000000000002"
DECLINED_WHEN_CHARGED = "4000000000000341"


@pytest.fixture
def customer(square: town.Town, alice: User) -> User:
    """Alice follows the store and has an address."""
    make.make_address(alice.profile, is_default=True)
    follows.follow(follower=alice.profile, followed=square.profile, now=clock.now())
    return alice


@pytest.fixture
def alice_there(visit: Visit, customer: User) -> Visitor:
    return visit(customer)


def test_a_card_that_is_declined_when_bound_can_be_typed_anew(alice_there: Visitor) -> None:
    alice_there.bind_card(DECLINED_WHEN_BOUND)
    alice_there.sees("Try another card.")
    alice_there.type_card("4242 4242 4242 4242")
    alice_there.sees("Visa ···· 4242")


def test_a_card_whose_bank_asks_when_it_is_bound(alice_there: Visitor, square: town.Town) -> None:
    alice_there.bind_card(ASKS_WHEN_BOUND)
    alice_there.press("Fail")
    alice_there.sees("Try another card.")
    alice_there.type_card(ASKS_WHEN_BOUND)
    alice_there.press("Complete")
    alice_there.sees("Visa ···· 3155")
    buy(alice_there, square, "3155")
    settle_with_the_bank(alice_there, "Complete")
    alice_there.sees("Paid by card")
    assert Order.objects.get().state == "paid"


@pytest.mark.parametrize("javascript", [True, False], ids=["with_scripts", "without_scripts"])
def test_the_bank_refuses_and_then_agrees(
    visit: Visit, square: town.Town, customer: User, *, javascript: bool
) -> None:
    alice_there = visit(customer, javascript=javascript)
    alice_there.bind_card(ASKS_EACH_TIME)
    alice_there.press("Complete")
    alice_there.sees("Visa ···· 3184")
    buy(alice_there, square, "3184")
    alice_there.press("Fail")
    alice_there.sees("The card was declined")
    assert Order.objects.get().state == "awaiting_payment"
    alice_there.choose(re.compile("3184"))
    alice_there.press("Pay $16.50")
    alice_there.press("Complete")
    alice_there.sees("Paid by card")
    assert Order.objects.get().state == "paid"


def test_after_a_decline_another_card_pays_in_the_same_place(
    alice_there: Visitor, square: town.Town
) -> None:
    for number in (DECLINED_WHEN_CHARGED, "4242 4242 4242 4242"):
        alice_there.bind_card(number)
        alice_there.sees(f"Visa ···· {number[-4:]}")
    buy(alice_there, square, "0341")
    card = alice_there.page.get_by_role("region", name="Dotted notebook").first
    expect(card).to_contain_text("The card was declined")
    expect(card).to_contain_text("Your order is kept")
    alice_there.choose(re.compile("4242"))
    alice_there.press("Pay $16.50")
    alice_there.receipt(card)
    goods = StockItem.objects.get(variant=square.variant)
    assert (Order.objects.get().state, goods.on_hand, goods.held) == ("paid", 19, 0)


@pytest.mark.parametrize("javascript", [True, False], ids=["with_scripts", "without_scripts"])
def test_a_price_that_moves_meanwhile_is_shown_before_anything_is_charged(
    visit: Visit, square: town.Town, customer: User, *, javascript: bool
) -> None:
    money.give_money(customer.profile, 5_000)
    alice_there = visit(customer, javascript=javascript)
    card = alice_there.open_the_card(square.variant.product)
    Variant.objects.filter(pk=square.variant.pk).update(price_minor=1_500)
    alice_there.press("Pay $16.50")
    expect(card.get_by_role("button", name="Pay $19.00")).to_be_visible()
    assert not Order.objects.exists()
    alice_there.press("Pay $19.00")
    alice_there.receipt(card)
    assert money.available(customer.profile) == 3_100


def buy(visitor: Visitor, square: town.Town, last4: str) -> None:
    visitor.open_the_card(square.variant.product)
    visitor.choose(re.compile(last4))
    visitor.press("Pay $16.50")


def settle_with_the_bank(visitor: Visitor, answer: str) -> None:
    """A card that was set up may be asked about again or not; both end with the order."""
    bank = visitor.page.get_by_role("button", name=answer)
    paid = visitor.page.get_by_role("heading", name=re.compile("Paid|Receipt"))
    expect(bank.or_(paid).first).to_be_visible()
    if bank.is_visible():
        bank.click()
