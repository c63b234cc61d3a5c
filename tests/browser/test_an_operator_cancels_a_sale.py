"""An operator reads what cancelling means and does it; everybody reads what it means for them."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from flashsale import verification
from flashsale.models import Act, Claim, Sale
from flashsale.pages import shared
from flashsale.services import sales as operator
from socialcommerce.lib import clock
from tests.browser import console, town
from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor
from tests.factories import flashsale as sales
from tests.factories import payments as money
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def one_paid_one_held(payer: User, holder: User, loser: User) -> Sale:
    sale = sales.live_sale(units=2)
    people = town.reserved(sale, payer, pay_from_wallet=True) + town.reserved(sale, holder, loser)
    sales.open_gate(sale)
    for person in people:
        sales.claim(sale, person)
    sales.drain(sale)
    assert sorted(Claim.objects.values_list("state", flat=True)) == ["held", "paid"]
    return sale


def looks(visitor: Visitor, sale: Sale, *texts: str) -> None:
    visitor.page.goto(sale.get_absolute_url())
    for text in texts:
        visitor.sees(text)


@pytest.mark.parametrize("javascript", [True, False], ids=["with_scripts", "without_scripts"])
def test_from_the_consequences_to_the_money(
    visiting: Visit, alice: User, bob: User, mallory: User, *, javascript: bool
) -> None:
    sale = one_paid_one_held(alice, bob, mallory)
    assert money.available(alice.profile) == 3_100
    boss: User = UserFactory.create(is_operator=True)
    visitor = visiting(boss, javascript=javascript)
    visitor.page.goto(f"/operator/flashsale/sale/{sale.pk}/live/")
    console.act(
        visitor, "Cancel", "Cancel for good and give all money back",
        says=(
            "1 person has paid and gets $19.00 back.",
            "1 person holds a unit that is not paid. They lose it.",
            "3 people have reserved; the page tells them.",
            "This cannot be undone.",
        ),
    )  # fmt: skip
    visitor.sees("Cancelled: whoever has paid gets the money back.")
    expect(visitor.page.get_by_role("link", name="Resume", exact=True)).to_have_count(0)
    shared.forget()
    buyer, holder, loser, stranger = (
        visiting(user, javascript=javascript) for user in (alice, bob, mallory, None)
    )
    looks(buyer, sale, "The sale was cancelled", "$19.00 comes back to you")
    operator.wind_up(sale_id=sale.pk, limit=10, now=clock.now())
    looks(buyer, sale, "$19.00 came back to you", "It is where it came from")
    buyer.page.get_by_role("link", name="Look at the order").click()
    buyer.sees("The sale was cancelled")
    assert money.available(alice.profile) == 5_000
    looks(holder, sale, "The sale was cancelled", "Unit 2 was not paid: nothing was charged.")
    looks(loser, sale, "The sale was cancelled", "Nothing was charged.")
    looks(stranger, sale, "Whoever had paid gets the money back.")
    assert Act.objects.filter(sale=sale, by=boss).values_list("kind", flat=True)[0] == "cancelled"
    assert verification.faults(sale.pk) == []
