"""Connected accounts for the tests."""

from typing import Any

import stripe

from payments.sandbox.server import Sandbox

# A person or store that receives money and takes no cards of its own.
RECIPIENT: dict[str, Any] = {
    "type": "express",
    "country": "US",
    "email": "bob@example.com",
    "capabilities": {"transfers": {"requested": True}},
    "tos_acceptance": {"service_agreement": "recipient"},
}


def open_account(api: stripe.StripeClient, **changes: Any) -> stripe.Account:
    return api.v1.accounts.create({**RECIPIENT, **changes})  # type: ignore[typeddict-item]


def receiver(
    api: stripe.StripeClient, sandbox: Sandbox, bank: str = "000123456789"
) -> stripe.Account:
    """Open an account whose owner has told all that Stripe asks."""
    account = open_account(api)
    sandbox.control(f"accounts/{account.id}", status="enabled", bank=bank)
    return api.v1.accounts.retrieve(account.id)


def onboarding_link(api: stripe.StripeClient, account_id: str) -> str:
    return api.v1.account_links.create(
        {
            "account": account_id,
            "type": "account_onboarding",
            "refresh_url": "http://127.0.0.1/again",
            "return_url": "http://127.0.0.1/done",
        }
    ).url
