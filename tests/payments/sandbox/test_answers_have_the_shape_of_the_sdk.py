"""Each object that the sandbox gives is one that the SDK declares: no field more, none less."""

import pytest
import stripe

from payments.sandbox.server import Sandbox
from tests.payments.sandbox.conftest import Pay
from tests.payments.sandbox.sdk_shapes import faults

CLASSES = {
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "customer": stripe.Customer,
    "event": stripe.Event,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "refund": stripe.Refund,
    "setup_intent": stripe.SetupIntent,
}


def checked(answer: stripe.StripeObject) -> None:
    body = answer.to_dict()
    assert faults(body, CLASSES[body["object"]], body["object"]) == []


def test_a_wrong_answer_would_be_noticed(customer: stripe.Customer) -> None:
    body = customer.to_dict()
    assert faults(body | {"nonsense": 1}, stripe.Customer, "c") == [
        "c.nonsense: Stripe has no such field"
    ]
    assert faults(body | {"created": "today"}, stripe.Customer, "c") != []
    del body["livemode"]
    assert faults(body, stripe.Customer, "c") == ["c.livemode: is missing"]


def test_a_customer_and_a_card(api: stripe.StripeClient, customer: stripe.Customer) -> None:
    checked(customer)
    checked(api.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id}))


@pytest.mark.parametrize("card", ["pm_card_visa", "pm_card_authenticationRequired"])
def test_a_payment_and_its_charge(api: stripe.StripeClient, pay: Pay, card: str) -> None:
    intent = pay(card)
    checked(intent)
    for charge in api.v1.charges.list({"payment_intent": intent.id}).data:
        checked(charge)
        checked(api.v1.balance_transactions.retrieve(str(charge.balance_transaction)))


def test_a_declined_payment_and_its_charge(api: stripe.StripeClient, pay: Pay) -> None:
    with pytest.raises(stripe.CardError) as declined:
        pay("pm_card_chargeDeclined")
    assert declined.value.error is not None
    intent = declined.value.error.payment_intent
    assert intent is not None
    checked(api.v1.payment_intents.retrieve(intent.id))
    checked(api.v1.charges.retrieve(str(intent.latest_charge)))


def test_a_setup_intent_in_each_state(api: stripe.StripeClient, customer: stripe.Customer) -> None:
    setup = api.v1.setup_intents.create({"customer": customer.id})
    checked(setup)
    params = {"payment_method": "pm_card_visa", "return_url": "http://127.0.0.1/back"}
    checked(api.v1.setup_intents.confirm(setup.id, params))
    waiting = api.v1.setup_intents.create(
        {"customer": customer.id, "payment_method": "pm_card_visa"}
    )
    checked(waiting)
    checked(api.v1.setup_intents.cancel(waiting.id))


@pytest.mark.parametrize("card", ["pm_card_visa", "pm_card_pendingRefund"])
def test_a_refund_before_and_after_it_failed(
    api: stripe.StripeClient, sandbox: Sandbox, pay: Pay, card: str
) -> None:
    refund = api.v1.refunds.create({"payment_intent": pay(card).id})
    checked(refund)
    sandbox.control(f"refunds/{refund.id}", status="failed")
    checked(api.v1.refunds.retrieve(refund.id))


def test_a_session_of_each_mode(api: stripe.StripeClient, customer: stripe.Customer) -> None:
    for params in (
        {"mode": "setup", "allowed_payment_method_types": ["card"]},
        {
            "mode": "payment",
            "line_items": [
                {
                    "price_data": {
                        "currency": "usd",
                        "unit_amount": 700,
                        "product_data": {"name": "Tea"},
                    },
                    "quantity": 2,
                }
            ],
        },
    ):
        session = api.v1.checkout.sessions.create(
            {"customer": customer.id, "success_url": "http://127.0.0.1/ok", **params}
        )
        checked(session)


def test_the_events_of_all_that(api: stripe.StripeClient, pay: Pay) -> None:
    api.v1.refunds.create({"payment_intent": pay().id, "amount": 5})
    events = api.v1.events.list({"limit": 100}).data
    assert {event.type for event in events} >= {
        "customer.created",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "refund.created",
        "charge.refunded",
    }
    for event in events:
        checked(event)
