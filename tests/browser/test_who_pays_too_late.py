"""The time to pay ends while the page is open: nothing is charged, and the page says what now."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from flashsale import verification
from flashsale.models import Claim
from flashsale.services.watch.controller import Controller
from socialcommerce.lib import clock
from tests.browser import town
from tests.browser.conftest import Visit
from tests.factories import flashsale as sales
from tests.factories import payments as money

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("javascript", [True, False], ids=["with_scripts", "without_scripts"])
def test_a_late_payer_is_charged_nothing_and_told_so(
    visiting: Visit, alice: User, *, javascript: bool
) -> None:
    sale = sales.live_sale(units=1)
    (person,) = town.reserved(sale, alice)
    sales.open_gate(sale)
    sales.claim(sale, person)
    sales.drain(sale)
    visitor = visiting(alice, javascript=javascript)
    visitor.page.goto(sale.get_absolute_url())
    visitor.sees("Unit 1 is yours")
    visitor.choose("Wallet")
    Claim.objects.update(held_until=clock.now())
    visitor.press("Pay $19.00")
    visitor.sees("The time to pay this unit is over")
    visitor.sees("Nothing was charged. The unit went back.")
    assert Controller().tick(now=clock.now()) == []
    visitor.page.goto(sale.get_absolute_url())
    visitor.sees("Your time to pay ran out")
    expect(visitor.page.get_by_role("button", name="Pay $19.00")).to_have_count(0)
    assert money.available(alice.profile) == 5_000
    assert verification.faults(sale.pk) == []
