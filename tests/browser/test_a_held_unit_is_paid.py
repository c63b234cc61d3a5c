"""Without the consent to charge the wallet a claim is held, and its owner pays by hand."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from flashsale.models import Claim, Reservation
from flashsale.services.watch import conservation
from tests.browser import town
from tests.browser.conftest import Visit
from tests.factories import payments as money
from tests.factories import shop as make

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.mark.parametrize("javascript", [True, False], ids=["with_scripts", "without_scripts"])
def test_a_held_unit_is_paid_by_hand(
    visit: Visit, square: town.Town, alice: User, *, javascript: bool
) -> None:
    make.make_address(alice.profile, is_default=True)
    money.give_money(alice.profile, 5_000)
    visitor = visit(alice, javascript=javascript)
    sale = town.hold_sale(variant=square.variant, open_for=20)
    visitor.reserve(sale, from_wallet=False)
    assert not Reservation.objects.get().pay_from_wallet
    town.wait_for_the_start(sale)
    visitor.claim(sale)
    visitor.sees("Pay before the time runs out to keep it.")
    assert Claim.objects.get().state == "held"
    visitor.choose("Wallet")
    visitor.press("Pay $19.00")
    visitor.sees("$19.00 paid.")
    assert Claim.objects.get().state == "paid"
    assert money.available(alice.profile) == 3_100
    assert conservation.count(sale.pk).holds


def test_whoever_comes_too_late_hears_it_at_once(
    visit: Visit, square: town.Town, alice: User, bob: User
) -> None:
    for user in (alice, bob):
        make.make_address(user.profile, is_default=True)
        money.give_money(user.profile, 5_000)
    first, second = visit(alice), visit(bob)
    sale = town.hold_sale(variant=square.variant, open_for=20, units=1)
    first.reserve(sale, from_wallet=True)
    second.reserve(sale, from_wallet=True)
    town.wait_for_the_start(sale)
    first.claim(sale)
    first.sees("Unit 1 is yours")
    second.claim(sale)
    second.sees("Every unit is taken")
    expect(second.page.get_by_role("button", name="Get one")).to_have_count(0)
    assert money.available(bob.profile) == 5_000
