"""In a real browser: link an account, see the fan price, buy at it, unlink, lose it."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts.models import User
from payments.models import LinkedAccount
from shop.models import Order
from tests.browser import town
from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor
from tests.factories import payments as money
from tests.factories import shop as make
from tests.openid.provider import Provider

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def customer(square: town.Town, alice: User, shopmall: Provider) -> User:
    """Alice has money and an address; the notebook is 12.50, and 9.00 for linked fans."""
    square.variant.fan_price_minor = 900
    square.variant.fan_asks = "account:shopmall"
    square.variant.save()
    make.make_address(alice.profile, is_default=True)
    money.give_money(alice.profile, 10_000)
    return alice


@pytest.mark.parametrize("javascript", [True, False], ids=["with_scripts", "without_scripts"])
def test_a_linked_account_gains_and_loses_the_fan_price(
    visiting: Visit, square: town.Town, customer: User, *, javascript: bool
) -> None:
    alice = visiting(customer, javascript=javascript)
    product = square.variant.product
    alice.page.goto(product.get_absolute_url())
    alice.sees("$9.00 for fans")
    alice.press("Follow Paper Moon")
    alice.sees("You follow Paper Moon")
    link_from_here(alice)
    alice.sees("Your Shopmall account is linked.")
    alice.sees("Fan price")
    card = alice.open_the_card(product)
    alice.press("Pay $13.00")
    alice.receipt(card)
    alice.sees("for others a piece was $12.50")
    unlink(alice)
    alice.page.goto(product.get_absolute_url())
    alice.sees("$9.00 for fans")
    alice.open_the_card(product)
    expect(alice.page.get_by_role("button", name="Pay $16.50")).to_be_visible()
    assert Order.objects.get().total_minor == 1_300
    assert not LinkedAccount.objects.filter(unlinked_at=None).exists()


def test_saying_no_over_there_and_a_site_that_is_away(
    visiting: Visit, square: town.Town, customer: User, shopmall: Provider
) -> None:
    alice = visiting(customer)
    alice.page.goto("/wallet/")
    alice.page.get_by_role("link", name="Link Shopmall").click()
    assert barriers(alice) == []
    alice.press("I agree, on to Shopmall")
    shopmall.breaks.add("openid-configuration")
    alice.press("Agree")
    alice.sees("Shopmall cannot be asked now. Nothing was changed")
    shopmall.breaks.clear()
    alice.page.get_by_role("link", name="Back to where you were").click()
    alice.page.get_by_role("link", name="Link Shopmall").click()
    alice.press("I agree, on to Shopmall")
    alice.press("Refuse")
    alice.sees("You did not agree at Shopmall")
    assert not LinkedAccount.objects.exists()


def link_from_here(visitor: Visitor) -> None:
    """By the link of the fan price, over the provider's page and back."""
    visitor.page.get_by_role("link", name="Link your Shopmall account").first.click()
    visitor.sees("What you agree to")
    visitor.press("I agree, on to Shopmall")
    visitor.sees("asks who you are")
    visitor.press("Agree")


def unlink(visitor: Visitor) -> None:
    visitor.page.goto("/wallet/")
    visitor.sees("Anna at Shopmall")
    visitor.page.get_by_text("What you agreed to").first.click()
    visitor.sees("I want Plaza to ask Shopmall who I am there.")
    assert barriers(visitor) == []
    visitor.page.get_by_role("link", name=re.compile("^Unlink")).click()
    visitor.press("Unlink")
    visitor.sees("not linked any more")


def barriers(visitor: Visitor) -> list[str]:
    """What axe calls serious or critical on this page."""
    if not visitor.javascript:
        return []
    found = Axe().run(visitor.page, options={"preload": False, "resultTypes": ["violations"]})
    return [
        violation["id"]
        for violation in found.response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
