"""What a customer agreed to stays with the card; a card may be changed, by them or by its bank."""

from typing import Any

import pytest
import stripe

from payments.sandbox.server import Sandbox
from tests.payments.sandbox.conftest import Pay
from tests.payments.sandbox_fixture import answer_bank

CONSENT: Any = {
    "customer_acceptance": {
        "type": "online",
        "online": {"ip_address": "127.0.0.1", "user_agent": "a browser"},
    }
}


def set_up(
    api: stripe.StripeClient, customer: stripe.Customer, card: str = "pm_card_visa", **changes: Any
) -> stripe.SetupIntent:
    params: Any = {
        "customer": customer.id,
        "payment_method": card,
        "confirm": True,
        "return_url": "http://127.0.0.1/back",
        **changes,
    }
    return api.v1.setup_intents.create(params)


def test_consent_is_kept_and_ends_with_the_card(
    api: stripe.StripeClient, customer: stripe.Customer
) -> None:
    intent = set_up(api, customer, mandate_data=CONSENT)
    mandate = api.v1.mandates.retrieve(str(intent.mandate))
    assert (mandate.status, mandate.payment_method) == ("active", intent.payment_method)
    assert mandate.customer_acceptance.online is not None
    assert mandate.customer_acceptance.online.user_agent == "a browser"
    api.v1.payment_methods.detach(str(intent.payment_method))
    assert api.v1.mandates.retrieve(mandate.id).status == "inactive"


def test_consent_is_kept_through_the_banks_page(
    api: stripe.StripeClient, customer: stripe.Customer
) -> None:
    intent = set_up(api, customer, "pm_card_authenticationRequiredOnSetup", mandate_data=CONSENT)
    assert (intent.status, intent.mandate) == ("requires_action", None)
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    answer_bank(intent.next_action.redirect_to_url.url or "")
    assert api.v1.setup_intents.retrieve(intent.id).mandate is not None


def test_without_confirming_there_is_nothing_to_consent_to(
    api: stripe.StripeClient, customer: stripe.Customer
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="confirm"):
        api.v1.setup_intents.create({"customer": customer.id, "mandate_data": CONSENT})


@pytest.mark.parametrize("usage", ["off_session", "on_session"])
def test_only_what_was_set_up_for_it_pays_without_the_person(
    api: stripe.StripeClient, customer: stripe.Customer, pay: Pay, usage: str
) -> None:
    intent = set_up(api, customer, "pm_card_authenticationRequiredOnSetup", usage=usage)
    assert intent.usage == usage
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    answer_bank(intent.next_action.redirect_to_url.url or "")
    card = str(intent.payment_method)
    if usage == "off_session":
        assert pay(card, off_session=True, return_url=None).status == "succeeded"
        return
    with pytest.raises(stripe.CardError) as declined:
        pay(card, off_session=True, return_url=None)
    assert declined.value.code == "authentication_required"


def test_an_owner_changes_the_date_of_a_card(
    api: stripe.StripeClient, customer: stripe.Customer
) -> None:
    card = str(set_up(api, customer).payment_method)
    changed = api.v1.payment_methods.update(
        card,
        {
            "card": {"exp_month": 1, "exp_year": 2040},
            "billing_details": {"name": "Bob"},
            "metadata": {"label": "blue"},
        },
    )
    assert changed.card is not None
    assert (changed.card.exp_month, changed.card.exp_year) == (1, 2040)
    assert changed.billing_details.name == "Bob"
    with pytest.raises(stripe.CardError):
        api.v1.payment_methods.update(card, {"card": {"exp_month": 13}})
    api.v1.payment_methods.detach(card)
    with pytest.raises(stripe.InvalidRequestError, match="save this PaymentMethod"):
        api.v1.payment_methods.update(card, {"metadata": {"label": "red"}})


def test_a_bank_sends_a_new_card(
    api: stripe.StripeClient, sandbox: Sandbox, customer: stripe.Customer, pay: Pay
) -> None:
    card = str(set_up(api, customer).payment_method)
    sandbox.control(
        f"payment_methods/{card}", number="5555555555554444", exp_month=5, exp_year=2041
    )
    updated = api.v1.payment_methods.retrieve(card).card
    assert updated is not None
    assert (updated.last4, updated.exp_year, updated.brand) == ("4444", 2041, "mastercard")
    (event,) = api.v1.events.list({"type": "payment_method.automatically_updated"}).data
    assert event.data.previous_attributes is not None
    assert event.data.previous_attributes["card"]["last4"] == "4242"
    assert pay(card, off_session=True, return_url=None).status == "succeeded"
    with pytest.raises(ValueError, match="incorrect"):
        sandbox.control(f"payment_methods/{card}", number="1234")


def test_one_number_kept_twice_shows_by_its_fingerprint(
    api: stripe.StripeClient, customer: stripe.Customer
) -> None:
    for _ in range(2):
        set_up(api, customer)
    set_up(api, customer, "pm_card_mastercard")
    kept = api.v1.payment_methods.list({"customer": customer.id, "type": "card"}).data
    assert len(kept) == 3
    assert len({each.card.fingerprint for each in kept if each.card}) == 2


def test_a_deleted_customer_takes_cards_and_consent_along(
    api: stripe.StripeClient, customer: stripe.Customer
) -> None:
    intent = set_up(api, customer, mandate_data=CONSENT)
    assert api.v1.customers.delete(customer.id).deleted
    assert api.v1.payment_methods.retrieve(str(intent.payment_method)).customer is None
    assert api.v1.mandates.retrieve(str(intent.mandate)).status == "inactive"
    with pytest.raises(stripe.InvalidRequestError):
        set_up(api, customer)
