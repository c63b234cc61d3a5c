"""The gateway as the rest of payments uses it, over HTTP to a sandbox."""

from collections.abc import Callable

import pytest

from payments import gateway
from payments.sandbox.server import Sandbox
from tests.payments.sandbox_fixture import type_card

Bind = Callable[[str], gateway.CardDetails]
Pay = Callable[..., gateway.PaymentResult]


@pytest.fixture
def customer_id(stripe_sandbox: Sandbox) -> str:
    return gateway.create_customer(
        profile_ref="7", email="alice@example.com", idempotency_key="profile-7"
    )


@pytest.fixture
def bind(customer_id: str) -> Bind:
    """Bind a card by its number on the hosted page."""

    def bind(number: str) -> gateway.CardDetails:
        session = gateway.create_setup_session(
            customer_id=customer_id,
            success_url="http://127.0.0.1/done?session={CHECKOUT_SESSION_ID}",
            cancel_url="http://127.0.0.1/back",
            reference="binding-1",
            idempotency_key=f"binding-{number}",
        )
        type_card(session.url, number)
        card = gateway.retrieve_setup_session(session.id).card
        assert card is not None
        return card

    return bind


@pytest.fixture
def pay(customer_id: str) -> Pay:
    """Pay 20 dollars; keywords change the parameters."""

    def pay(card: str, *, key: str = "payment-1", **changes: object) -> gateway.PaymentResult:
        wanted = {
            "amount_minor": 2000,
            "currency": "USD",
            "off_session": False,
            "return_url": "http://127.0.0.1/back",
            "metadata": {"payment": "1"},
            **changes,
        }
        return gateway.create_payment(
            customer_id=customer_id, payment_method_id=card, idempotency_key=key, **wanted
        )

    return pay
