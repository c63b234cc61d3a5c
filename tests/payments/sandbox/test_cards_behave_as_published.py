"""Each published number does what Stripe's testing page says of it."""

import pytest
import stripe

from payments.sandbox.declines import CODES
from payments.sandbox.published_cards import CARDS
from payments.sandbox.server import Sandbox
from tests.payments.sandbox.conftest import Pay
from tests.payments.sandbox_fixture import answer_bank


def card(api: stripe.StripeClient, number: str, **changes: object) -> stripe.PaymentMethod:
    details = {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123", **changes}
    return api.v1.payment_methods.create({"type": "card", "card": details})  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("number", "code", "decline_code"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000009987", "card_declined", "lost_card"),
        ("4000000000009979", "card_declined", "stolen_card"),
        ("4000000000006975", "card_declined", "card_velocity_exceeded"),
        ("4100000000000019", "card_declined", "fraudulent"),
        ("4000000000000069", "expired_card", "expired_card"),
        ("4000000000000127", "incorrect_cvc", "incorrect_cvc"),
        ("4000000000000119", "processing_error", "processing_error"),
        ("4000000000000341", "card_declined", "generic_decline"),
    ],
)
def test_a_declining_card_leaves_a_failed_charge(
    api: stripe.StripeClient, pay: Pay, number: str, code: str, decline_code: str
) -> None:
    method = card(api, number)
    with pytest.raises(stripe.CardError) as declined:
        pay(method.id)
    error = declined.value.error
    assert error is not None
    assert (declined.value.http_status, error.code, error.decline_code) == (
        402,
        code,
        decline_code,
    )
    assert error.payment_intent is not None
    intent = api.v1.payment_intents.retrieve(error.payment_intent.id, {"expand": ["latest_charge"]})
    assert (intent.status, intent.payment_method) == ("requires_payment_method", None)
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.decline_code == decline_code
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert (intent.latest_charge.status, intent.latest_charge.paid) == ("failed", False)
    assert api.v1.balance_transactions.list().data == []


def test_a_declined_payment_can_be_paid_with_another_card(
    api: stripe.StripeClient, pay: Pay
) -> None:
    with pytest.raises(stripe.CardError) as declined:
        pay("pm_card_chargeDeclined")
    assert declined.value.error is not None
    assert declined.value.error.payment_intent is not None
    intent = api.v1.payment_intents.confirm(
        declined.value.error.payment_intent.id,
        {"payment_method": "pm_card_visa", "return_url": "http://127.0.0.1/back"},
    )
    assert (intent.status, intent.last_payment_error) == ("succeeded", None)


def test_every_token_stands_for_its_card(api: stripe.StripeClient) -> None:
    for published in CARDS:
        for token in published.tokens:
            method = api.v1.payment_methods.retrieve(token)
            assert method.card is not None
            assert method.card.last4 == published.number[-4:]


def test_the_same_number_has_the_same_fingerprint_and_others_differ(
    api: stripe.StripeClient,
) -> None:
    first, second = card(api, "4242424242424242"), card(api, "4242 4242 4242 4242", exp_year=2040)
    other = card(api, "5555555555554444")
    assert first.card and second.card and other.card  # noqa: PT018 - for the types only
    assert first.card.fingerprint == second.card.fingerprint != other.card.fingerprint


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": "4242424242424241"}, "incorrect_number"),
        ({"number": "4111111111111111"}, "card_declined"),  # good form, but not for tests
        ({"number": "abc"}, "incorrect_number"),
        ({"exp_month": 13}, "invalid_expiry_month"),
        ({"exp_year": 2020}, "invalid_expiry_year"),
        ({"exp_year": 2200}, "invalid_expiry_year"),
        ({"cvc": "12"}, "invalid_cvc"),
        ({"cvc": "１２３"}, "invalid_cvc"),
    ],
)
def test_a_card_that_cannot_be_is_refused(
    api: stripe.StripeClient, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(stripe.CardError) as refused:
        card(api, **{"number": "4242424242424242", **changes})  # type: ignore[arg-type]
    assert refused.value.code == code


def test_a_card_that_fails_later_can_be_bound(
    api: stripe.StripeClient, customer: stripe.Customer
) -> None:
    bound = api.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
    assert bound.customer == customer.id
    with pytest.raises(stripe.CardError):
        api.v1.payment_methods.attach("pm_card_chargeDeclined", {"customer": customer.id})


@pytest.mark.parametrize("number", ["4000002500003155", "4000000000003220"])
def test_three_d_secure_sends_the_person_to_the_bank_and_back(
    api: stripe.StripeClient, pay: Pay, number: str
) -> None:
    intent = pay(card(api, number).id)
    assert intent.status == "requires_action"
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    back = answer_bank(intent.next_action.redirect_to_url.url or "")
    assert back.startswith(f"http://127.0.0.1/back?payment_intent={intent.id}&")
    assert back.endswith("redirect_status=succeeded")
    assert api.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_a_person_who_cannot_prove_it_pays_nothing(api: stripe.StripeClient, pay: Pay) -> None:
    intent = pay("pm_card_authenticationRequired")
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    back = answer_bank(intent.next_action.redirect_to_url.url or "", "fail")
    assert back.endswith("redirect_status=failed")
    failed = api.v1.payment_intents.retrieve(intent.id)
    assert failed.status == "requires_payment_method"
    assert failed.last_payment_error is not None
    assert failed.last_payment_error.code == "payment_intent_authentication_failure"
    assert api.v1.charges.list().data == []


def test_off_session_a_card_that_wants_proof_declines(api: stripe.StripeClient, pay: Pay) -> None:
    with pytest.raises(stripe.CardError) as declined:
        pay("pm_card_authenticationRequired", off_session=True, return_url=None)
    assert declined.value.code == "authentication_required"


def test_once_set_up_a_card_pays_off_session(
    api: stripe.StripeClient, customer: stripe.Customer, pay: Pay
) -> None:
    method = card(api, "4000002500003155")
    setup = api.v1.setup_intents.create(
        {
            "customer": customer.id,
            "payment_method": method.id,
            "confirm": True,
            "return_url": "http://127.0.0.1/back",
        }
    )
    assert setup.status == "requires_action"
    assert setup.next_action is not None
    assert setup.next_action.redirect_to_url is not None
    answer_bank(setup.next_action.redirect_to_url.url or "")
    assert api.v1.payment_methods.retrieve(method.id).customer == customer.id
    assert pay(method.id, off_session=True, return_url=None).status == "succeeded"
    assert pay(method.id).status == "requires_action"


def test_proof_does_not_help_an_empty_card(api: stripe.StripeClient, pay: Pay) -> None:
    intent = pay("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds")
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    answer_bank(intent.next_action.redirect_to_url.url or "")
    failed = api.v1.payment_intents.retrieve(intent.id)
    assert failed.last_payment_error is not None
    assert failed.last_payment_error.decline_code == "insufficient_funds"


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_published_reason_can_be_asked_for(
    api: stripe.StripeClient, sandbox: Sandbox, pay: Pay, code: str
) -> None:
    sandbox.control("rules", decline_next=1, decline_code=code)
    with pytest.raises(stripe.CardError) as declined:
        pay()
    assert declined.value.error is not None
    assert declined.value.error.decline_code == code
    assert api.v1.charges.list().data[0].failure_code == declined.value.code
    assert pay().status == "succeeded"


def test_a_card_whose_date_has_passed_is_declined(
    api: stripe.StripeClient, sandbox: Sandbox, customer: stripe.Customer, pay: Pay
) -> None:
    now = api.v1.payment_methods.create(
        {"type": "card", "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034}}
    )
    api.v1.payment_methods.attach(now.id, {"customer": customer.id})
    for _ in range(12):
        sandbox.control("clock", advance_seconds=366 * 24 * 60 * 60)
    with pytest.raises(stripe.CardError) as declined:
        pay(now.id)
    assert declined.value.code == "expired_card"
