"""A payment intent goes only where Stripe lets it go."""

import pytest
import stripe

from payments.sandbox.server import Sandbox
from tests.payments.sandbox.conftest import Pay


def test_a_payment_is_made_in_steps(api: stripe.StripeClient, customer: stripe.Customer) -> None:
    intent = api.v1.payment_intents.create({"amount": 500, "currency": "usd"})
    assert intent.status == "requires_payment_method"
    changed = api.v1.payment_intents.update(
        intent.id, {"customer": customer.id, "payment_method": "pm_card_visa", "amount": 700}
    )
    assert (changed.status, changed.amount) == ("requires_confirmation", 700)
    paid = api.v1.payment_intents.confirm(intent.id, {"off_session": True})
    assert (paid.status, paid.amount_received) == ("succeeded", 700)


def test_the_fee_and_the_net_are_booked(api: stripe.StripeClient, pay: Pay) -> None:
    charge = api.v1.charges.retrieve(str(pay().latest_charge), {"expand": ["balance_transaction"]})
    booked = charge.balance_transaction
    assert isinstance(booked, stripe.BalanceTransaction)
    assert (booked.amount, booked.fee, booked.net, booked.source) == (2000, 88, 1912, charge.id)


def test_held_money_is_captured_in_part_and_the_rest_released(
    api: stripe.StripeClient, pay: Pay
) -> None:
    held = pay(capture_method="manual")
    assert (held.status, held.amount_capturable) == ("requires_capture", 2000)
    assert api.v1.balance_transactions.list().data == []
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.payment_intents.capture(held.id, {"amount_to_capture": 2001})
    taken = api.v1.payment_intents.capture(held.id, {"amount_to_capture": 1500})
    assert (taken.status, taken.amount_received) == ("succeeded", 1500)
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.refunds.create({"payment_intent": held.id, "amount": 1501})
    assert api.v1.refunds.create({"payment_intent": held.id}).amount == 1500


def test_a_cancelled_hold_gives_everything_back(api: stripe.StripeClient, pay: Pay) -> None:
    held = pay(capture_method="manual")
    params: stripe.params.PaymentIntentCancelParams = {"cancellation_reason": "abandoned"}
    cancelled = api.v1.payment_intents.cancel(held.id, params)
    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "abandoned")
    assert api.v1.charges.retrieve(str(held.latest_charge)).refunded
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.payment_intents.capture(held.id)


@pytest.mark.parametrize("verb", ["cancel", "confirm", "capture"])
def test_a_payment_that_succeeded_is_over(api: stripe.StripeClient, pay: Pay, verb: str) -> None:
    intent = pay()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        getattr(api.v1.payment_intents, verb)(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"
    assert refused.value.error is not None
    assert refused.value.error.payment_intent is not None
    assert refused.value.error.payment_intent.status == "succeeded"


def test_a_cancelled_payment_cannot_be_paid(api: stripe.StripeClient) -> None:
    intent = api.v1.payment_intents.create({"amount": 500, "currency": "usd"})
    api.v1.payment_intents.cancel(intent.id)
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.payment_intents.confirm(
            intent.id, {"payment_method": "pm_card_visa", "off_session": True}
        )


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("succeeded", "succeeded"),
        ("failed", "requires_payment_method"),
    ],
)
def test_a_payment_can_take_its_time(
    api: stripe.StripeClient, sandbox: Sandbox, pay: Pay, outcome: str, status: str
) -> None:
    sandbox.control("rules", processing_next=1)
    intent = pay()
    assert intent.status == "processing"
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.payment_intents.cancel(intent.id)
    sandbox.control(f"payment_intents/{intent.id}", status=outcome)
    assert api.v1.payment_intents.retrieve(intent.id).status == status
    assert pay().status == "succeeded"


def test_a_card_of_somebody_else_does_not_pay(
    api: stripe.StripeClient, customer: stripe.Customer, pay: Pay
) -> None:
    mallory = api.v1.customers.create({"email": "mallory@example.com"})
    method = api.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    for other in (mallory.id, None):
        with pytest.raises(stripe.InvalidRequestError):
            pay(method.id, customer=other)
    assert api.v1.charges.list().data == []


def test_a_detached_card_is_gone_for_good(
    api: stripe.StripeClient, customer: stripe.Customer, pay: Pay
) -> None:
    method = api.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    assert [m.id for m in api.v1.customers.payment_methods.list(customer.id).data] == [method.id]
    api.v1.payment_methods.detach(method.id)
    assert api.v1.payment_methods.list({"customer": customer.id}).data == []
    for attempt in (
        lambda: pay(method.id),
        lambda: api.v1.payment_methods.attach(method.id, {"customer": customer.id}),
        lambda: api.v1.payment_methods.detach(method.id),
    ):
        with pytest.raises(stripe.InvalidRequestError):
            attempt()


def test_a_deleted_customer_leaves_no_usable_card(
    api: stripe.StripeClient, customer: stripe.Customer, pay: Pay
) -> None:
    method = api.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    assert api.v1.customers.delete(customer.id).deleted
    assert api.v1.payment_methods.retrieve(method.id).customer is None
    with pytest.raises(stripe.InvalidRequestError):
        pay()
