"""The real SDK, talking over HTTP to a sandbox of the tests' own."""

from collections.abc import Callable, Iterator

import pytest
import stripe

from payments.sandbox.server import Sandbox, running_sandbox

Pay = Callable[..., stripe.PaymentIntent]


@pytest.fixture(scope="package")
def shared_sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    shared_sandbox.control("webhook", url=None)
    shared_sandbox.control("reset")
    return shared_sandbox


def client_of(sandbox: Sandbox, *, retries: int = 0) -> stripe.StripeClient:
    return stripe.StripeClient(
        sandbox.secret_key,
        base_addresses={"api": sandbox.url},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=10),
    )


@pytest.fixture
def api(sandbox: Sandbox) -> stripe.StripeClient:
    return client_of(sandbox)


@pytest.fixture
def customer(api: stripe.StripeClient) -> stripe.Customer:
    return api.v1.customers.create({"email": "alice@example.com"})


@pytest.fixture
def pay(api: stripe.StripeClient, customer: stripe.Customer) -> Pay:
    """Pay 20 dollars with a card, the person present; keywords change the parameters."""

    def pay(card: str = "pm_card_visa", **changes: object) -> stripe.PaymentIntent:
        params = {
            "amount": 2000,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": card,
            "confirm": True,
            "return_url": "http://127.0.0.1/back",
            **changes,
        }
        wanted = {name: value for name, value in params.items() if value is not None}
        return api.v1.payment_intents.create(wanted)

    return pay
