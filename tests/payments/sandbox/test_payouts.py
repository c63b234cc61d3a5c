"""The platform's money leaves for its bank, by hand or each day by itself, and may come back."""

import pytest
import stripe

from payments.sandbox.server import Sandbox
from tests.payments.sandbox.conftest import Pay

# Longer than the slowest machine takes for a test.
UNDER_WAY_SECONDS = 1000


@pytest.fixture
def funded(api: stripe.StripeClient, sandbox: Sandbox) -> stripe.StripeClient:
    """An API whose account has 100 dollars available."""
    sandbox.control("rules", payout_seconds=UNDER_WAY_SECONDS)
    api.v1.topups.create({"amount": 10_000, "currency": "usd"})
    return api


def available(api: stripe.StripeClient) -> int:
    return sum(each.amount for each in api.v1.balance.retrieve().available)


def types(api: stripe.StripeClient) -> list[str]:
    listed = api.v1.events.list({"limit": 100}).data
    return [event.type for event in reversed(listed) if event.type.startswith("payout.")]


def test_a_payout_leaves_at_once_and_arrives_later(
    funded: stripe.StripeClient, sandbox: Sandbox
) -> None:
    payout = funded.v1.payouts.create({"amount": 6000, "currency": "usd"})
    assert (payout.status, payout.automatic, payout.type) == ("pending", False, "bank_account")
    assert available(funded) == 4000
    sandbox.control("clock", advance_seconds=UNDER_WAY_SECONDS + 1)
    assert funded.v1.payouts.retrieve(payout.id).status == "paid"
    assert types(funded) == ["payout.created", "payout.paid"]
    (booked,) = funded.v1.balance_transactions.list({"source": payout.id}).data
    assert (booked.type, booked.net, booked.reporting_category) == ("payout", -6000, "payout")


def test_more_than_there_is_cannot_be_paid_out(funded: stripe.StripeClient) -> None:
    for amount in (10_001, 0, -1):
        with pytest.raises(stripe.InvalidRequestError):
            funded.v1.payouts.create({"amount": amount, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        funded.v1.payouts.create({"amount": 1, "currency": "eur"})
    assert refused.value.code == "balance_insufficient"


@pytest.mark.parametrize("course", [["failed"], ["paid", "failed"]])
def test_a_payout_may_come_back_even_after_it_was_paid(
    funded: stripe.StripeClient, sandbox: Sandbox, course: list[str]
) -> None:
    payout = funded.v1.payouts.create({"amount": 6000, "currency": "usd"})
    for status in course:
        sandbox.control(f"payouts/{payout.id}", status=status)
    failed = funded.v1.payouts.retrieve(payout.id)
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    assert failed.failure_message == "The bank account has been closed."
    returned = funded.v1.balance_transactions.retrieve(str(failed.failure_balance_transaction))
    assert (returned.type, returned.net) == ("payout_failure", 6000)
    assert returned.reporting_category == "payout_reversal"
    assert available(funded) == 10_000
    with pytest.raises(ValueError, match="status of failed"):
        sandbox.control(f"payouts/{payout.id}", status="paid")


def test_a_payout_that_has_not_left_can_be_cancelled(
    funded: stripe.StripeClient, sandbox: Sandbox
) -> None:
    payout = funded.v1.payouts.create({"amount": 6000, "currency": "usd"})
    assert funded.v1.payouts.cancel(payout.id).status == "canceled"
    assert available(funded) == 10_000
    sandbox.control("clock", advance_seconds=2 * UNDER_WAY_SECONDS)
    assert funded.v1.payouts.retrieve(payout.id).status == "canceled"


def test_a_payout_that_has_left_cannot_be_cancelled(
    funded: stripe.StripeClient, sandbox: Sandbox
) -> None:
    payout = funded.v1.payouts.create({"amount": 6000, "currency": "usd"})
    sandbox.control(f"payouts/{payout.id}", status="in_transit")
    with pytest.raises(stripe.InvalidRequestError, match="in_transit"):
        funded.v1.payouts.cancel(payout.id)
    sandbox.control("clock", advance_seconds=UNDER_WAY_SECONDS + 1)
    assert types(funded) == ["payout.created", "payout.updated", "payout.paid"]


def test_an_automatic_payout_says_what_is_in_it(
    api: stripe.StripeClient, sandbox: Sandbox, pay: Pay
) -> None:
    sandbox.control("rules", available_seconds=0)
    first = pay()
    pay("pm_card_createDispute", amount=9000)
    api.v1.refunds.create({"payment_intent": first.id, "amount": 500})
    pay(amount=7000)
    (made,) = sandbox.control("payouts/automatic")
    assert made["reconciliation_status"] == "in_progress"
    contents = list(
        api.v1.balance_transactions.list({"payout": made["id"], "limit": 2}).auto_paging_iter()
    )
    assert sorted(each.type for each in contents) == sorted(
        ["charge", "charge", "charge", "adjustment", "refund", "payout"]
    )
    assert sum(each.net for each in contents) == 0
    assert sum(each.net for each in contents if each.type != "payout") == made["amount"]
    sandbox.control("clock", advance_seconds=UNDER_WAY_SECONDS + 1)
    payout = api.v1.payouts.retrieve(made["id"])
    assert (payout.status, payout.automatic) == ("paid", True)
    assert payout.reconciliation_status == "completed"
    assert types(api)[-1] == "payout.reconciliation_completed"


def test_nothing_is_paid_out_twice_and_what_came_back_is_in_the_next(
    funded: stripe.StripeClient, sandbox: Sandbox
) -> None:
    (first,) = sandbox.control("payouts/automatic")
    assert sandbox.control("payouts/automatic") == []
    sandbox.control(f"payouts/{first['id']}", status="failed", failure_code="no_account")
    assert available(funded) == 10_000
    (second,) = sandbox.control("payouts/automatic")
    contents = funded.v1.balance_transactions.list({"payout": second["id"]}).data
    assert [(each.type, each.net) for each in contents] == [
        ("payout", -10_000),
        ("payout_failure", 10_000),
    ]


def test_what_is_pending_stays(api: stripe.StripeClient, sandbox: Sandbox, pay: Pay) -> None:
    pay()
    assert sandbox.control("payouts/automatic") == []
    pay("pm_card_bypassPending", amount=3000)
    (made,) = sandbox.control("payouts/automatic")
    assert made["amount"] == 2883
    assert available(api) == 0


def test_only_an_automatic_payout_knows_its_contents(funded: stripe.StripeClient) -> None:
    payout = funded.v1.payouts.create({"amount": 100, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError, match="automatic"):
        funded.v1.balance_transactions.list({"payout": payout.id})


def test_payouts_are_listed_by_state_and_arrival(
    funded: stripe.StripeClient, sandbox: Sandbox
) -> None:
    first = funded.v1.payouts.create({"amount": 100, "currency": "usd"})
    sandbox.control("clock", advance_seconds=2 * UNDER_WAY_SECONDS)
    second = funded.v1.payouts.create({"amount": 200, "currency": "usd"})
    assert [each.id for each in funded.v1.payouts.list({"status": "paid"}).data] == [first.id]
    late = funded.v1.payouts.list({"arrival_date": {"gt": first.arrival_date}}).data
    assert [each.id for each in late] == [second.id]
