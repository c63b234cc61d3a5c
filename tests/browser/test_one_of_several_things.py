"""A sale of two things on a phone: one is chosen, claimed and paid, with and without scripts."""

import pytest
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from accounts.models import User
from flashsale import verification
from flashsale.models import Claim, Stream
from tests.browser import town
from tests.browser.conftest import Open
from tests.browser.visitor import Visitor
from tests.factories import flashsale as sales
from tests.factories.payments import give_money
from tests.factories.shop import make_address, make_variant

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("javascript", [True, False], ids=["with_scripts", "without_scripts"])
def test_what_is_chosen_is_what_is_paid(
    open_page: Open, square: town.Town, alice: User, settings: Settings, *, javascript: bool
) -> None:
    settings.SALE_LEASE_MS = 120_000  # nobody renews it here
    make_address(alice.profile, is_default=True)
    give_money(alice.profile, 5_000)
    red = make_variant(square.store, product=square.variant.product, name="Red")
    sale = sales.sale_of_several(square.variant, red)
    sales.open_gate(sale)
    visitor = Visitor(open_page(javascript=javascript), javascript=javascript)
    visitor.has_logged_in(alice)
    visitor.page.goto(sale.get_absolute_url())
    visitor.sees("2 to choose from")
    expect(visitor.page.locator("input[name=lot]:checked")).to_have_count(0)
    visitor.choose("Red")
    visitor.press("Reserve")
    visitor.sees("being written down")
    sales.drain(sale, Stream.RESERVATIONS)
    visitor.sees("Reserved, number 1")
    visitor.sees("You chose")
    sales.begin(sale)
    sales.reopen_gate(sale)
    visitor.page.goto(sale.get_absolute_url())
    visitor.press("Get one")
    visitor.sees("You are in line")
    sales.drain(sale)
    visitor.sees("Unit 1 is yours")
    visitor.choose("Wallet")
    visitor.press("Pay $24.00")
    visitor.sees("$24.00 paid.")
    claim = Claim.objects.get()
    assert (claim.state, claim.unit.lot.variant) == ("paid", red)  # type: ignore[union-attr]
    assert verification.faults(sale.pk) == []
