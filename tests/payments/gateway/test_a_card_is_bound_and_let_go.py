"""Binding runs over Stripe's page; we learn what may be shown of the card and nothing else."""

import dataclasses

import pytest

from payments import gateway
from payments.sandbox.server import Sandbox
from tests.payments.gateway.conftest import Bind, Pay
from tests.payments.sandbox.conftest import client_of
from tests.payments.sandbox_fixture import answer_bank, type_card, visit


def open_session(customer_id: str) -> gateway.SetupSession:
    return gateway.create_setup_session(
        customer_id=customer_id,
        success_url="http://127.0.0.1/done",
        cancel_url="http://127.0.0.1/back",
        reference="profile-7",
        idempotency_key="binding-1",
    )


def test_the_same_profile_is_the_same_customer(stripe_sandbox: Sandbox, customer_id: str) -> None:
    again = gateway.create_customer(
        profile_ref="7", email="alice@example.com", idempotency_key="profile-7"
    )
    assert again == customer_id
    stored = client_of(stripe_sandbox).v1.customers.retrieve(customer_id)
    assert stored.metadata is not None
    assert stored.metadata["profile"] == "7"


def test_a_bound_card_shows_what_may_be_shown(bind: Bind) -> None:
    card = bind("5555555555554444")
    assert (card.brand, card.last4, card.exp_month, card.exp_year, card.country) == (
        "mastercard",
        "4444",
        12,
        2034,
        "US",
    )
    assert "5555555555554444" not in str(dataclasses.asdict(card))


def test_the_same_number_bound_twice_has_one_fingerprint(bind: Bind) -> None:
    first, second, other = (
        bind("4242424242424242"),
        bind("4242 4242 4242 4242"),
        bind("5555555555554444"),
    )
    assert first.payment_method_id != second.payment_method_id
    assert first.fingerprint == second.fingerprint != other.fingerprint


def test_an_open_page_has_bound_nothing(stripe_sandbox: Sandbox, customer_id: str) -> None:
    session = open_session(customer_id)
    assert open_session(customer_id) == session
    result = gateway.retrieve_setup_session(session.id)
    assert (result.status, result.card) == (gateway.SetupStatus.OPEN, None)
    assert (result.customer_id, result.reference) == (customer_id, "profile-7")
    client_of(stripe_sandbox).v1.checkout.sessions.expire(session.id)
    result = gateway.retrieve_setup_session(session.id)
    assert (result.status, result.card) == (gateway.SetupStatus.EXPIRED, None)


def test_a_card_with_three_d_secure_is_bound_after_the_bank(
    stripe_sandbox: Sandbox, customer_id: str
) -> None:
    session = open_session(customer_id)
    bank = type_card(session.url, "4000002500003155")
    assert gateway.retrieve_setup_session(session.id).card is None
    visit(answer_bank(bank))
    card = gateway.retrieve_setup_session(session.id).card
    assert card is not None
    assert card.last4 == "3155"


def test_a_payment_session_is_no_setup(stripe_sandbox: Sandbox, customer_id: str) -> None:
    price = {"currency": "usd", "unit_amount": 700, "product_data": {"name": "Tea"}}
    session = client_of(stripe_sandbox).v1.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": "http://127.0.0.1/done",
            "line_items": [{"price_data": price, "quantity": 1}],  # type: ignore[typeddict-item]
        }
    )
    with pytest.raises(gateway.Rejected):
        gateway.retrieve_setup_session(session.id)
    with pytest.raises(gateway.Rejected):
        gateway.retrieve_setup_session("cs_test_none")


def test_the_payment_element_gets_its_secret_and_the_card_comes_back(
    stripe_sandbox: Sandbox, customer_id: str
) -> None:
    info = gateway.create_setup_intent(customer_id=customer_id, idempotency_key="binding-2")
    assert info.client_secret.startswith(f"{info.id}_secret_")
    assert gateway.retrieve_setup_intent(info.id).card is None
    # What Stripe's script does in the browser:
    confirm = client_of(stripe_sandbox).v1.setup_intents.confirm
    with pytest.raises(Exception, match="declined"):
        confirm(info.id, {"payment_method": "pm_card_chargeDeclined"})
    declined = gateway.retrieve_setup_intent(info.id)
    assert declined.decline == gateway.Declined("generic_decline")
    confirm(info.id, {"payment_method": "pm_card_visa"})
    result = gateway.retrieve_setup_intent(info.id)
    assert (result.status, result.customer_id, result.decline) == ("succeeded", customer_id, None)
    assert result.card is not None
    assert result.card.last4 == "4242"


def test_a_detached_card_cannot_pay_and_detaching_again_is_no_error(
    stripe_sandbox: Sandbox, bind: Bind, pay: Pay
) -> None:
    card = bind("4242424242424242")
    gateway.detach_card(card.payment_method_id)
    gateway.detach_card(card.payment_method_id)
    with pytest.raises(gateway.Rejected):
        pay(card.payment_method_id)
    with pytest.raises(gateway.Rejected):
        gateway.detach_card("pm_nobody")
