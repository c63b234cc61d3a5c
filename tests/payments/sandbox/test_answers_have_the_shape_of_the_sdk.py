"""Each object that the sandbox gives is one that the SDK declares: no field more, none less."""

import pytest
import stripe

from payments.sandbox.server import Sandbox
from tests.payments.sandbox.conftest import Pay
from tests.payments.sandbox.connect import onboarding_link, open_account, receiver
from tests.payments.sandbox.sdk_shapes import faults

CLASSES: dict[str, type[stripe.StripeObject]] = {
    "account": stripe.Account,
    "account_link": stripe.AccountLink,
    "balance": stripe.Balance,
    "balance_transaction": stripe.BalanceTransaction,
    "bank_account": stripe.BankAccount,
    "card": stripe.Card,
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "mandate": stripe.Mandate,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "payout": stripe.Payout,
    "refund": stripe.Refund,
    "setup_intent": stripe.SetupIntent,
    "topup": stripe.Topup,
    "transfer": stripe.Transfer,
    "transfer_reversal": stripe.TransferReversal,
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


@pytest.mark.parametrize("course", ["open", "under_review", "won", "lost", "escalated"])
def test_a_dispute_in_each_state(
    api: stripe.StripeClient, sandbox: Sandbox, pay: Pay, course: str
) -> None:
    card = "pm_card_createDisputeInquiry" if course == "escalated" else "pm_card_createDispute"
    (dispute,) = api.v1.disputes.list({"payment_intent": pay(card).id}).data
    if course == "under_review":
        api.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "It was sent."}})
    elif course != "open":
        status = "needs_response" if course == "escalated" else course
        sandbox.control(f"disputes/{dispute.id}", status=status)
    checked(api.v1.disputes.retrieve(dispute.id))


@pytest.mark.parametrize("course", ["pending", "paid", "failed", "canceled"])
def test_a_payout_in_each_state(api: stripe.StripeClient, sandbox: Sandbox, course: str) -> None:
    checked(api.v1.topups.create({"amount": 5000, "currency": "usd"}))
    checked(api.v1.balance.retrieve())
    payout = api.v1.payouts.create({"amount": 500, "currency": "usd"})
    if course == "canceled":
        api.v1.payouts.cancel(payout.id)
    elif course != "pending":
        sandbox.control(f"payouts/{payout.id}", status=course)
    checked(api.v1.payouts.retrieve(payout.id))


@pytest.mark.parametrize(
    "standing", ["enabled", "restricted_soon", "needs_more", "restricted", "rejected"]
)
@pytest.mark.parametrize("kind", ["custom", "express", "standard"])
def test_an_account_in_each_standing(
    api: stripe.StripeClient, sandbox: Sandbox, kind: str, standing: str
) -> None:
    account = open_account(api, type=kind)
    checked(account)
    sandbox.control(f"accounts/{account.id}", status=standing)
    checked(api.v1.accounts.retrieve(account.id))


def test_what_a_connected_account_has(api: stripe.StripeClient, sandbox: Sandbox) -> None:
    account, options = receiver(api, sandbox), stripe.RequestOptions()
    options["stripe_account"] = account.id
    api.v1.topups.create({"amount": 5000, "currency": "usd"})
    transfer = api.v1.transfers.create(
        {"amount": 900, "currency": "usd", "destination": account.id}
    )
    checked(transfer)
    checked(api.v1.transfers.reversals.create(transfer.id, {"amount": 100}))
    checked(api.v1.transfers.retrieve(transfer.id))
    checked(api.v1.charges.retrieve(str(transfer.destination_payment), {}, options))
    checked(api.v1.payouts.create({"amount": 300, "currency": "usd"}, options))
    checked(api.v1.balance.retrieve({}, options))
    for transaction in api.v1.balance_transactions.list({}, options).data:
        checked(transaction)
    for event in api.v1.events.list({"limit": 100}, options).data:
        checked(event)
    for external in api.v1.accounts.external_accounts.list(account.id).data:
        checked(external)


def test_a_debit_card_to_pay_out_to(api: stripe.StripeClient) -> None:
    given = {"object": "card", "number": "4000056655665556", "exp_month": 12, "exp_year": 2034}
    account = open_account(api, type="custom")
    checked(
        api.v1.accounts.external_accounts.create(account.id, {"external_account": given})  # type: ignore[typeddict-item]
    )


def test_a_link_to_the_onboarding_page(api: stripe.StripeClient) -> None:
    account = open_account(api)
    assert onboarding_link(api, account.id)
    checked(
        api.v1.account_links.create(
            {
                "account": account.id,
                "type": "account_onboarding",
                "refresh_url": "http://127.0.0.1/again",
                "return_url": "http://127.0.0.1/done",
            }
        )
    )


@pytest.mark.parametrize("kind", ["online", "offline"])
def test_a_mandate(api: stripe.StripeClient, customer: stripe.Customer, kind: str) -> None:
    online = {"ip_address": "127.0.0.1", "user_agent": "a browser"}
    acceptance = {"type": kind} | ({"online": online} if kind == "online" else {})
    intent = api.v1.setup_intents.create(
        {
            "customer": customer.id,
            "payment_method": "pm_card_visa",
            "confirm": True,
            "return_url": "http://127.0.0.1/back",
            "mandate_data": {"customer_acceptance": acceptance},  # type: ignore[typeddict-item]
        }
    )
    checked(intent)
    checked(api.v1.mandates.retrieve(str(intent.mandate)))


def test_every_event_of_a_busy_day(api: stripe.StripeClient, sandbox: Sandbox, pay: Pay) -> None:
    (dispute,) = api.v1.disputes.list({"payment_intent": pay("pm_card_createDispute").id}).data
    api.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
    refund = api.v1.refunds.create({"payment_intent": pay("pm_card_refundFail").id})
    api.v1.topups.create({"amount": 50_000, "currency": "usd"})
    sandbox.control("payouts/automatic")
    sandbox.control("fees", amount=10)
    sandbox.control("clock", advance_seconds=60)
    events = list(api.v1.events.list({"limit": 100}).auto_paging_iter())
    assert {event.type for event in events} >= {
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
        "payout.paid",
        "payout.reconciliation_completed",
        "refund.failed",
        "topup.succeeded",
    }
    for event in events:
        checked(event)
    assert api.v1.refunds.retrieve(refund.id).status == "failed"
    for transaction in api.v1.balance_transactions.list({"limit": 100}).auto_paging_iter():
        checked(transaction)
