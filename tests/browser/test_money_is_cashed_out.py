"""From the wallet back to the card: the PIN is set on the way, and a wrong one costs nothing."""

import pytest

from accounts.models import User
from payments.models import CashOut
from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor
from tests.conftest import PASSWORD
from tests.factories.payments import available
from tests.factories.people import PIN

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("javascript", [True, False], ids=["with_scripts", "without_scripts"])
def test_a_person_cashes_out(visit: Visit, alice: User, *, javascript: bool) -> None:
    visitor = visit(alice, javascript=javascript)
    visitor.bind_card()
    visitor.sees("Visa ···· 4242 is bound.")
    visitor.top_up("30")
    cash_out(visitor, "12.50", pin="")
    visitor.sees("This needs a payment PIN, and you have none yet")
    set_pin(visitor)
    cash_out(visitor, "12.50", pin="771177")
    visitor.sees("That is not your payment PIN")
    cash_out(visitor, "12.50", pin=PIN)
    visitor.sees("It is on its way to your bank")
    visitor.page.goto("/wallet/")
    visitor.sees("Cash-out of $12.50")
    visitor.sees("$17.50")
    assert CashOut.objects.get().state == "paid"
    assert available(alice.profile) == 1_750


def cash_out(visitor: Visitor, amount: str, *, pin: str) -> None:
    visitor.page.goto("/wallet/")
    visitor.page.get_by_role("link", name="Cash out", exact=False).first.click()
    visitor.page.get_by_role("textbox", name="Amount").fill(amount)
    visitor.page.get_by_label("Payment PIN").fill(pin)
    visitor.press("Cash out")


def set_pin(visitor: Visitor) -> None:
    visitor.page.get_by_role("link", name="Set a payment PIN").first.click()
    visitor.page.get_by_label("New PIN", exact=True).fill(PIN)
    visitor.page.get_by_label("New PIN, once more").fill(PIN)
    visitor.page.get_by_label("Your password").fill(PASSWORD)
    visitor.press("Set this PIN")
    visitor.sees("Your payment PIN is set")
