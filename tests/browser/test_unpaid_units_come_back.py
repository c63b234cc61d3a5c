"""The first does not pay: the second wins the wave, the third waits on the list and is served."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from flashsale import verification
from flashsale.models import Claim, Sale, Wave
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


def looks_again(visitor: Visitor, sale: Sale, text: str) -> None:
    """The page goes on by itself; without scripts, or where nothing counts down, one reloads."""
    visitor.page.goto(sale.get_absolute_url())
    for _try in range(20):
        if text in visitor.page.locator("body").inner_text():
            return
        visitor.page.wait_for_timeout(500)
        visitor.page.goto(sale.get_absolute_url())
    visitor.sees(text)


@pytest.mark.parametrize("javascript", [True, False], ids=["with_scripts", "without_scripts"])
def test_from_the_loser_to_the_winner_of_the_second_wave(
    visit: Visit, square: town.Town, alice: User, bob: User, mallory: User, *, javascript: bool
) -> None:
    visitors = []
    for user in (alice, bob, mallory):
        make.make_address(user.profile, is_default=True)
        money.give_money(user.profile, 5_000)
        visitors.append(visit(user, javascript=javascript))
    first, second, third = visitors
    sale = town.hold_sale(variant=square.variant, open_for=40, units=1)
    Wave.objects.create(sale=sale, number=1, opens_at=clock.now() + timedelta(hours=1))
    for visitor in visitors:
        visitor.reserve(sale, from_wallet=False)
    town.wait_for_the_start(sale)
    first.claim(sale)
    first.sees("Unit 1 is yours")
    if javascript:
        second.claim(sale)
    else:  # the page that one loads by now has another button
        looks_again(second, sale, "Every unit is taken.")
        second.press("I came for one: invite me")
    looks_again(second, sale, "You came and got none, so you may claim then.")
    second.sees("so far 1 unit is unpaid")
    Claim.objects.update(held_until=timezone.now())
    Wave.objects.update(opens_at=timezone.now() + timedelta(seconds=3))
    looks_again(second, sale, "1 unit came back")
    looks_again(third, sale, "The second wave is open")
    expect(third.page.get_by_role("button", name="Get one")).to_have_count(0)
    second.press("Get one")
    second.sees("Unit 1 is yours")
    looks_again(first, sale, "Your time to pay ran out")
    # Nobody of the wave pays either: the list is what is left.
    Claim.objects.filter(state="held").update(held_until=timezone.now())
    Wave.objects.update(opened_at=timezone.now() - timedelta(hours=1))
    looks_again(third, sale, "Wait for a unit")
    third.press("Wait for a unit")
    looks_again(third, sale, "Unit 1 is yours")
    third.choose("Wallet")
    third.press("Pay $19.00")
    third.sees("$19.00 paid.")
    assert sorted(Claim.objects.values_list("wave", "state")) == [
        (0, "expired"),
        (1, "expired"),
        (9, "paid"),
    ]
    assert verification.faults(sale.pk) == []
