"""Every movement is a balance transaction, and the balance is their sum."""

import pytest
import stripe

from payments.sandbox.server import Sandbox
from tests.payments.sandbox.conftest import Pay

DAY_SECONDS = 24 * 60 * 60


def balance(api: stripe.StripeClient) -> tuple[int, int]:
    """Return what is available and what is pending, in cents."""
    found = api.v1.balance.retrieve()
    return sum(each.amount for each in found.available), sum(each.amount for each in found.pending)


def test_a_charge_is_pending_and_then_available(
    api: stripe.StripeClient, sandbox: Sandbox, pay: Pay
) -> None:
    charge = api.v1.charges.retrieve(str(pay().latest_charge))
    booked = api.v1.balance_transactions.retrieve(str(charge.balance_transaction))
    assert (booked.amount, booked.fee, booked.net) == (2000, 88, 1912)
    assert (booked.type, booked.reporting_category) == ("charge", "charge")
    assert (booked.source, booked.status) == (charge.id, "pending")
    assert [(fee.type, fee.amount) for fee in booked.fee_details] == [("stripe_fee", 88)]
    assert balance(api) == (0, 1912)
    sandbox.control("clock", advance_seconds=2 * DAY_SECONDS)
    assert api.v1.balance_transactions.retrieve(booked.id).status == "available"
    assert balance(api) == (1912, 0)


def test_money_can_be_available_at_once(
    api: stripe.StripeClient, sandbox: Sandbox, pay: Pay
) -> None:
    pay("pm_card_bypassPending")
    assert balance(api) == (1912, 0)
    sandbox.control("rules", available_seconds=0)
    pay()
    assert balance(api) == (3824, 0)


def test_refunds_and_their_failures_are_booked(
    api: stripe.StripeClient, sandbox: Sandbox, pay: Pay
) -> None:
    refund = api.v1.refunds.create({"payment_intent": pay().id, "amount": 700})
    sandbox.control(f"refunds/{refund.id}", status="failed")
    listed = api.v1.balance_transactions.list({"source": refund.id}).data
    assert [(each.type, each.net) for each in listed] == [
        ("refund_failure", 700),
        ("refund", -700),
    ]
    assert sum(balance(api)) == 1912


def test_stripe_takes_fees_of_its_own(api: stripe.StripeClient, sandbox: Sandbox) -> None:
    sandbox.control("fees", amount=250, currency="usd", description="Connect accounts")
    (fee,) = api.v1.balance_transactions.list({"type": "stripe_fee"}).data
    assert (fee.net, fee.reporting_category, fee.source) == (-250, "fee", None)
    assert balance(api) == (-250, 0)


def test_a_top_up_adds_to_the_balance(api: stripe.StripeClient) -> None:
    topup = api.v1.topups.create({"amount": 5000, "currency": "usd", "description": "Float"})
    assert topup.status == "succeeded"
    (booked,) = api.v1.balance_transactions.list({"source": topup.id}).data
    assert (booked.type, booked.net) == ("topup", 5000)
    assert balance(api) == (5000, 0)


def test_each_currency_has_a_balance_of_its_own(api: stripe.StripeClient, pay: Pay) -> None:
    pay()
    pay(currency="jpy", amount=1000)
    pending = {each.currency: each.amount for each in api.v1.balance.retrieve().pending}
    assert pending == {"usd": 1912, "jpy": 941}


def test_transactions_are_listed_by_time_and_read_to_the_last_page(
    api: stripe.StripeClient, sandbox: Sandbox, pay: Pay
) -> None:
    for _ in range(5):
        pay()
    before = int(sandbox.control("clock")["now"])
    sandbox.control("clock", advance_seconds=100)
    for _ in range(3):
        pay()
    page = api.v1.balance_transactions.list({"limit": 2, "type": "charge"})
    assert len([each.id for each in page.auto_paging_iter()]) == 8
    later = api.v1.balance_transactions.list({"created": {"gt": before + 50}, "limit": 100}).data
    assert len(later) == 3
    assert api.v1.balance_transactions.list({"currency": "eur"}).data == []


@pytest.mark.parametrize("step", [0, -5, "a day", 10**9])
def test_the_clock_goes_forward_only(sandbox: Sandbox, step: object) -> None:
    with pytest.raises(ValueError, match="advance_seconds"):
        sandbox.control("clock", advance_seconds=step)
    assert sandbox.control("clock")["ahead_seconds"] == 0
