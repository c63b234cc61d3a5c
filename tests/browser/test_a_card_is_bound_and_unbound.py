"""Cards of a person: bound, chosen, unbound; what is unbound is offered nowhere any more."""

import re

import pytest
from playwright.sync_api import Locator, expect

from accounts.models import User
from accounts.services import follows
from payments.models import Instrument
from socialcommerce.lib import clock
from tests.browser import town
from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor
from tests.factories import shop as make

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MASTERCARD = "5555555555554444"


@pytest.mark.parametrize("javascript", [True, False], ids=["with_scripts", "without_scripts"])
def test_an_unbound_card_is_offered_nowhere_and_can_be_bound_again(
    visiting: Visit, square: town.Town, alice: User, *, javascript: bool
) -> None:
    make.make_address(alice.profile, is_default=True)
    follows.follow(follower=alice.profile, followed=square.profile, now=clock.now())
    visitor = visiting(alice, javascript=javascript)
    visitor.bind_card()
    visitor.sees("Visa ···· 4242 is bound.")
    visitor.bind_card(MASTERCARD)
    visitor.sees("Mastercard ···· 4444 is bound.")
    unbind(visitor, "4242")
    visitor.sees("The card is unbound. It cannot be charged any more.")
    visitor.open_the_card(square.variant.product)
    expect(visitor.page.get_by_role("radio", name=re.compile("4444"))).to_be_checked()
    expect(visitor.page.get_by_role("radio", name=re.compile("4242"))).to_have_count(0)
    visitor.bind_card()
    visitor.sees("Visa ···· 4242 is bound.")
    assert Instrument.objects.bound_to(alice.profile.pk).count() == 2


def test_whoever_thinks_again_keeps_the_card(visiting: Visit, alice: User) -> None:
    visitor = visiting(alice)
    visitor.bind_card()
    visitor.sees("Visa ···· 4242 is bound.")
    row(visitor, "4242").get_by_role("link", name="Unbind").click()
    visitor.page.get_by_role("link", name="Keep it").click()
    expect(row(visitor, "4242")).to_be_visible()
    assert Instrument.objects.bound_to(alice.profile.pk).count() == 1


def unbind(visitor: Visitor, last4: str) -> None:
    row(visitor, last4).get_by_role("link", name="Unbind").click()
    visitor.sees(f"{last4} will not be charged any more.")
    visitor.press("Unbind")


def row(visitor: Visitor, last4: str) -> Locator:
    visitor.page.goto("/wallet/")
    return visitor.page.get_by_role("listitem").filter(has_text=last4)
