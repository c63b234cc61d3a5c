"""Money goes back at most once, and a refund may fail after it succeeded."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from payments.sandbox.server import Sandbox
from tests.payments.sandbox.conftest import Pay, client_of


def test_refunds_add_up_to_the_charge_and_no_further(api: stripe.StripeClient, pay: Pay) -> None:
    intent = pay()
    api.v1.refunds.create({"payment_intent": intent.id, "amount": 1999})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        api.v1.refunds.create({"payment_intent": intent.id, "amount": 2})
    assert api.v1.refunds.create({"payment_intent": intent.id}).amount == 1
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.refunds.create({"charge": str(intent.latest_charge)})
    assert refused.value.code == "charge_already_refunded"
    charge = api.v1.charges.retrieve(str(intent.latest_charge))
    assert (charge.amount_refunded, charge.refunded) == (2000, True)
    assert sum(t.amount for t in api.v1.balance_transactions.list().data) == 0


def test_parallel_refunds_never_exceed_the_charge(sandbox: Sandbox, pay: Pay) -> None:
    intent = pay()

    def attempt(_: int) -> int:
        try:
            params: stripe.params.RefundCreateParams = {"payment_intent": intent.id, "amount": 600}
            return client_of(sandbox).v1.refunds.create(params).amount
        except stripe.InvalidRequestError:
            return 0

    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(attempt, range(8))) == 1800


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_or_less_is_no_refund(api: stripe.StripeClient, pay: Pay, amount: int) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.refunds.create({"payment_intent": pay().id, "amount": amount})


def test_what_was_not_paid_cannot_be_refunded(api: stripe.StripeClient, pay: Pay) -> None:
    unpaid = api.v1.payment_intents.create({"amount": 500, "currency": "usd"})
    for intent in (unpaid, pay(capture_method="manual")):
        with pytest.raises(stripe.InvalidRequestError):
            api.v1.refunds.create({"payment_intent": intent.id})


def test_a_pending_refund_succeeds_by_itself(
    api: stripe.StripeClient, sandbox: Sandbox, pay: Pay
) -> None:
    sandbox.control("rules", refund_seconds=0.0)
    refund = api.v1.refunds.create({"payment_intent": pay("pm_card_pendingRefund").id})
    assert refund.status == "pending"
    deadline = time.monotonic() + 5
    while api.v1.refunds.retrieve(refund.id).status == "pending":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert api.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_a_refund_that_fails_brings_the_money_back_to_us(
    api: stripe.StripeClient, sandbox: Sandbox, pay: Pay
) -> None:
    intent = pay("pm_card_refundFail")
    refund = api.v1.refunds.create({"payment_intent": intent.id})
    assert refund.status == "succeeded"
    sandbox.control(f"refunds/{refund.id}", status="failed")
    failed = api.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "lost_or_stolen_card")
    assert sum(t.amount for t in api.v1.balance_transactions.list().data) == 2000
    kinds = {event.type for event in api.v1.events.list({"limit": 100}).data}
    assert {"refund.updated", "refund.failed", "charge.refund.updated"} <= kinds
    assert api.v1.refunds.create({"payment_intent": intent.id}).amount == 2000
    with pytest.raises(ValueError, match="status of failed"):
        sandbox.control(f"refunds/{refund.id}", status="failed")
