"""From nothing to a paid unit: one person, one phone, every part of the site for real."""

import pytest
from playwright.sync_api import expect

from accounts.models import Profile
from flashsale.models import Claim
from flashsale.services.watch import conservation
from payments.services import wallets
from shop.models import Order
from tests.browser import town
from tests.browser.conftest import Visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
both_ways = pytest.mark.parametrize(
    "javascript", [True, False], ids=["with_scripts", "without_scripts"]
)
RESERVE_SECONDS = 25.0


@both_ways
def test_one_person_does_it_all(visit: Visit, square: town.Town, *, javascript: bool) -> None:
    mina = visit(javascript=javascript)
    mina.sign_up(name="Mina", handle="mina", email="mina@plaza.example")
    mina.confirm_by_mail()
    mina.bind_card()
    mina.sees("Visa ···· 4242")
    mina.top_up("50")
    mina.follow(square.profile)

    card = mina.open_the_card(square.variant.product)
    mina.fill_in_an_address()
    mina.press("Use this address")
    mina.choose("Wallet")
    mina.press("Pay $16.50")
    mina.receipt(card)
    order = Order.objects.get()
    mina.sees(order.number)
    mina.page.goto("/orders/")
    expect(mina.page.get_by_role("link", name="Dotted notebook")).to_be_visible()

    sale = town.hold_sale(variant=square.variant, open_for=RESERVE_SECONDS)
    mina.page.goto("/sales/")
    mina.page.get_by_role("link", name="Grey lamp").first.click()
    mina.reserve(sale, from_wallet=True)
    town.wait_for_the_start(sale)
    mina.claim(sale)
    mina.sees("Unit 1 is yours")
    mina.sees("$19.00 paid.")
    mina.page.get_by_role("link", name="Look at the order").click()
    expect(mina.page.get_by_role("heading", name="Receipt")).to_be_visible()

    mina_herself = Profile.objects.get(handle="mina")
    assert Claim.objects.get().state == "paid"
    assert wallets.balance(profile_id=mina_herself.pk).available_minor == 5_000 - 1_650 - 1_900
    assert conservation.count(sale.pk).holds
