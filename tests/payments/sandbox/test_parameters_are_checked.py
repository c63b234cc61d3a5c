"""A wrong parameter is refused as Stripe would, and nothing is made."""

import http.client
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
import stripe

from payments.sandbox.server import Sandbox
from tests.payments.sandbox.conftest import client_of

GOOD = {"amount": 500, "currency": "usd"}


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({**GOOD, "wish": "1"}, "parameter_unknown", "wish"),
        ({**GOOD, "shipping": {"nme": "x"}}, "parameter_unknown", "shipping[nme]"),
        ({"currency": "usd"}, "parameter_missing", "amount"),
        ({"amount": 500}, "parameter_missing", "currency"),
        ({**GOOD, "amount": "5.5"}, "parameter_invalid_integer", "amount"),
        ({**GOOD, "amount": "1e3"}, "parameter_invalid_integer", "amount"),
        ({**GOOD, "amount": "9" * 30}, "parameter_invalid_integer", "amount"),
        ({**GOOD, "amount": "٥٠٠"}, "parameter_invalid_integer", "amount"),
        ({**GOOD, "amount": -500}, "amount_too_small", "amount"),
        ({**GOOD, "amount": 49}, "amount_too_small", "amount"),
        ({**GOOD, "amount": 100_000_000}, "amount_too_large", "amount"),
        ({**GOOD, "currency": "xts"}, None, "currency"),
        ({"amount": 5125, "currency": "kwd"}, "invalid_charge_amount", "amount"),
        ({**GOOD, "capture_method": "later"}, None, "capture_method"),
        ({**GOOD, "confirm": "maybe"}, None, "confirm"),
        ({**GOOD, "customer": ""}, "parameter_invalid_empty", "customer"),
        ({**GOOD, "customer": {"id": "cus_1"}}, None, "customer"),
        ({**GOOD, "metadata": "x"}, None, "metadata"),
        ({**GOOD, "metadata": {"k" * 41: "v"}}, None, None),
        ({**GOOD, "customer": "cus_nobody"}, "resource_missing", "customer"),
        ({**GOOD, "payment_method_types": ["card"]}, "parameter_unknown", "payment_method_types"),
        ({**GOOD, "statement_descriptor": "X"}, "sandbox_unsupported_parameter", None),
        ({**GOOD, "off_session": True}, None, "off_session"),
    ],
)
def test_a_bad_payment_is_refused(
    api: stripe.StripeClient, params: Any, code: str | None, param: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.payment_intents.create(params)
    assert refused.value.code == code
    assert param is None or refused.value.param == param
    assert api.v1.payment_intents.list().data == []


def test_confirming_needs_somewhere_to_return_to(api: stripe.StripeClient) -> None:
    params: Any = {**GOOD, "confirm": True, "payment_method": "pm_card_visa"}
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        api.v1.payment_intents.create(params)
    never = {"enabled": True, "allow_redirects": "never"}
    for extra in (
        {"off_session": True},
        {"automatic_payment_methods": never},
        {"allowed_payment_method_types": ["card"]},
    ):
        assert api.v1.payment_intents.create({**params, **extra}).status == "succeeded"


def test_a_wrong_key_opens_nothing(sandbox: Sandbox) -> None:
    stranger = stripe.StripeClient("sk_test_wrong", base_addresses={"api": sandbox.url})
    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.customers.list()


def test_what_is_not_there_is_missing(api: stripe.StripeClient) -> None:
    for retrieve in (
        api.v1.customers.retrieve,
        api.v1.payment_intents.retrieve,
        api.v1.refunds.retrieve,
        api.v1.events.retrieve,
        api.v1.checkout.sessions.retrieve,
    ):
        with pytest.raises(stripe.InvalidRequestError) as missing:
            retrieve("xx_123")
        assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")


def test_an_object_of_another_kind_is_missing(
    api: stripe.StripeClient, customer: stripe.Customer
) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.payment_intents.retrieve(customer.id)


@pytest.mark.parametrize(
    "body",
    [
        b"amount=1&amount=2",
        b"metadata=a&metadata[b]=c",
        b"[x]=1",
        b"a[=1",
        b"\xff\xfe",
        b"&".join(b"metadata[%d]=1" % i for i in range(600)),
        b"x" * 300_000,
    ],
)
def test_an_unreadable_body_is_a_400(sandbox: Sandbox, body: bytes) -> None:
    with closing(http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=10)) as line:
        headers = {"Authorization": f"Bearer {sandbox.secret_key}"}
        line.request("POST", "/v1/payment_intents", body, headers)
        assert line.getresponse().status == 400


def test_an_unknown_address_is_a_404_in_stripes_shape(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        client_of(sandbox).v1.subscriptions.list()


def test_metadata_is_merged_and_its_keys_can_be_removed(
    api: stripe.StripeClient, customer: stripe.Customer
) -> None:
    api.v1.customers.update(customer.id, {"metadata": {"a": "1", "b": "2"}})
    changed = api.v1.customers.update(customer.id, {"metadata": {"a": "", "c": "3"}})
    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}
