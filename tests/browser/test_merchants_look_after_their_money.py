"""A merchant's money in a browser: the bank account, the statement, no barrier on any page."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts.models import User
from payments.models import ConnectAccount
from payments.services import merchant_terms, payouts
from shop.models import Order
from shop.services import checkout, orders
from socialcommerce.lib import clock
from tests.browser import town
from tests.browser.conftest import Open
from tests.browser.test_every_page import barriers, looks
from tests.browser.visitor import Visitor
from tests.factories import payments as money
from tests.factories import shop as make
from tests.factories.accounts import UserFactory
from tests.factories.merchants import ready_account

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


def a_sale_and_a_payout(square: town.Town, buyer: User) -> int:
    """Something in every pot of the store; the payout's id."""
    merchant_terms.welcome(profile_id=square.profile.pk, now=clock.now() - timedelta(days=1))
    money.give_money(buyer.profile, 10_000)
    address = make.make_address(buyer.profile)
    for key in ("one", "two"):
        checkout.place(
            buyer=buyer.profile,
            variant_id=square.variant.pk,
            quantity=1,
            address_id=address.pk,
            method="wallet",
            seen_total_minor=1_650,
            key=key,
            now=clock.now(),
            return_url="/orders/{number}/",
        )
    order = Order.objects.earliest("pk")
    orders.ship(order_id=order.pk, carrier="Post", tracking_number="", now=clock.now())
    orders.confirm_receipt(order_id=order.pk, now=clock.now())
    ready_account(square.profile)
    return payouts.ask(profile_id=square.profile.pk, now=clock.now()).pk


@looks
def test_no_page_about_money_has_a_barrier(
    open_page: Open, square: town.Town, alice: User, width: int, scheme: str
) -> None:
    payout_id = a_sale_and_a_payout(square, alice)
    terms = merchant_terms.of(square.profile.pk, now=clock.now())
    page = open_page(width=width, scheme=scheme)
    Visitor(page).has_logged_in(square.owner)
    own = f"/merchant/payments/merchantterms/{terms.pk}"
    addresses = [
        f"{own}/change/",
        f"{own}/schedule/",
        f"{own}/pay-out/",
        f"{own}/bank/",
        f"/merchant/payments/payout/{payout_id}/change/",
        f"/merchant/shop/store/{square.store.pk}/statement/",
    ]
    assert barriers(page, addresses) == []


def test_operators_pages_have_none_either(open_page: Open, square: town.Town, alice: User) -> None:
    a_sale_and_a_payout(square, alice)
    terms = merchant_terms.of(square.profile.pk, now=clock.now())
    page = open_page(width=1280)
    Visitor(page).has_logged_in(UserFactory.create(is_operator=True))
    own = f"/operator/payments/merchantterms/{terms.pk}"
    addresses = ["/operator/shop/feerule/add/", f"{own}/hold/", f"{own}/reserve/"]
    assert barriers(page, addresses) == []


def test_an_owner_sets_up_a_bank_account_and_comes_back(open_page: Open, square: town.Town) -> None:
    page = open_page(width=1280)
    Visitor(page).has_logged_in(square.owner)
    page.goto("/merchant/payments/merchantterms/")
    page.get_by_role("link", name="@paper_moon").first.click()
    page.get_by_role("link", name="Set up a bank account").click()
    page.get_by_label("Where is the business?").select_option("US")
    page.get_by_role("button", name="Go on at the payment service").click()
    page.get_by_role("button", name="Leave a document out").click()
    expect(page.get_by_text("a photo of an identity document").first).to_be_visible()
    page.get_by_role("link", name="Go on at the payment service").click()
    page.get_by_role("button", name="Go on at the payment service").click()
    page.get_by_role("button", name="Say all and finish").click()
    expect(page.get_by_text("The bank account is ready for payouts.")).to_be_visible()
    assert ConnectAccount.objects.get().payouts_enabled
