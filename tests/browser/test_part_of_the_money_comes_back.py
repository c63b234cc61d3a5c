"""An operator gives a part back; the buyer reads how much is where, and the store what is left."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from payments.models import Payment, Refund
from shop.services import checkout
from socialcommerce.lib import clock
from tests.browser import town
from tests.browser.conftest import Open
from tests.browser.visitor import Visitor
from tests.factories import payments as money
from tests.factories import shop as make
from tests.factories.accounts import UserFactory
from tests.payments.conftest import BindCard, bind

__all__ = ["bind"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def payment(square: town.Town, alice: User, bind: BindCard) -> Payment:
    """Of 16.50 alice's wallet has paid 6.50 and her card 10.00."""
    money.give_money(alice.profile, 650)
    checkout.place(
        buyer=alice.profile,
        variant_id=square.variant.pk,
        quantity=1,
        address_id=make.make_address(alice.profile).pk,
        method="card",
        instrument_id=bind(alice).pk,
        wallet_part_minor=650,
        seen_total_minor=1_650,
        key="k",
        now=clock.now(),
        return_url="/orders/{number}/",
    )
    return Payment.objects.get()


def test_the_card_gets_its_part_first_and_the_buyer_reads_where_the_money_is(
    open_page: Open, square: town.Town, alice: User, payment: Payment
) -> None:
    operator = Visitor(open_page(width=1280))
    operator.has_logged_in(UserFactory.create(is_operator=True))
    give_back(operator, "4.00", reason="It came late")
    operator.sees("1 done.")
    give_back(operator, "8.50", reason="And it was scratched")
    operator.sees("2 done.")
    buyer = Visitor(open_page())
    buyer.has_logged_in(alice)
    buyer.page.goto("/notifications/")
    buyer.sees("$4.00 for Dotted notebook is back with you")
    buyer.sees("$8.50 for Dotted notebook is back with you")
    buyer.page.get_by_role("link", name="$4.00 for Dotted notebook").first.click()
    for text in (
        "$4.00 on the card that paid",
        "$6.00 on the card that paid",
        "$2.50 in your wallet",
    ):
        buyer.sees(text)
    assert money.available(alice.profile) == 250
    assert money.escrow_of(square.profile) == 400


def test_more_than_was_paid_is_refused_on_the_page_that_asks(
    open_page: Open, payment: Payment
) -> None:
    operator = Visitor(open_page(width=1280))
    operator.has_logged_in(UserFactory.create(is_operator=True))
    give_back(operator, "16.51", reason="Too much")
    operator.sees("That is more than can be given back")
    assert not Refund.objects.exists()
    operator.page.get_by_label("How much").fill("16.50")
    operator.press("Give money back")
    operator.sees("2 done.")


def give_back(operator: Visitor, amount: str, *, reason: str) -> None:
    """Through the list of payments and the page that asks."""
    page = operator.page
    page.goto("/operator/payments/payment/")
    page.locator("input.action-select").first.check()
    page.locator("select[name=action]").select_option("give_back")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_label("How much")).to_be_visible()
    page.get_by_label("How much").fill(amount)
    page.get_by_label("Why?").fill(reason)
    operator.press("Give money back")
