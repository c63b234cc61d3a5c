"""The control API takes the secret key, knows its rules, and says what it does not know."""

import http.client
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
import stripe

from payments.sandbox.server import Refused, Sandbox, refuse_production, started
from tests.payments.sandbox.conftest import client_of


@pytest.mark.parametrize(
    "rule",
    [
        {"wish": 1},
        {"copies": "many"},
        {"copies": True},
        {"copies": 0},
        {"paused": 1},
        {"delay_seconds": -1},
        {"delay_seconds": "soon"},
        {"break_next": None},
        {"fail_status": 200},
        {"shuffle_seed": "x"},
        {"decline_code": "a_whim"},
        {"only_path": "topups"},
        {"twin_next": "one"},
        {"spoil_next": -1},
        {"available_seconds": 10**9},
    ],
)
def test_a_rule_that_is_none_changes_nothing(sandbox: Sandbox, rule: dict[str, Any]) -> None:
    before = sandbox.control("rules")
    with pytest.raises(ValueError, match=next(iter(rule))):
        sandbox.control("rules", **rule)
    assert sandbox.control("rules") == before


def test_without_the_key_nothing_is_told(sandbox: Sandbox) -> None:
    for method, path in (("GET", "rules"), ("POST", "reset"), ("POST", "deliveries/collect")):
        with closing(http.client.HTTPConnection(urlsplit(sandbox.url).netloc)) as connection:
            connection.request(method, f"/_sandbox/{path}")
            assert connection.getresponse().status == 401


def test_an_address_that_is_none_is_named(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="No such address"):
        sandbox.control("weather")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (500, stripe.APIError),
        (429, stripe.RateLimitError),
    ],
)
def test_a_failure_on_request_does_nothing_and_passes(
    sandbox: Sandbox, status: int, error: type[stripe.StripeError]
) -> None:
    sandbox.control("rules", fail_next=1, fail_status=status)
    api = client_of(sandbox)
    with pytest.raises(error):
        api.v1.customers.create({"email": "a@example.com"})
    assert api.v1.customers.list().data == []
    api.v1.customers.create({"email": "a@example.com"})


def test_reads_can_fail_too(sandbox: Sandbox) -> None:
    api = client_of(sandbox)
    sandbox.control("rules", fail_reads_next=1, fail_status=503)
    api.v1.customers.create({"email": "a@example.com"})
    with pytest.raises(stripe.APIError):
        api.v1.customers.list()
    assert len(api.v1.customers.list().data) == 1


@pytest.mark.parametrize("rule", ["fail_next", "spoil_next", "break_next"])
def test_what_goes_wrong_can_be_kept_to_one_address(sandbox: Sandbox, rule: str) -> None:
    api = client_of(sandbox)
    sandbox.control("rules", only_path="/v1/topups", **{rule: 1})
    api.v1.customers.create({"email": "a@example.com"})
    with pytest.raises(stripe.StripeError):
        api.v1.topups.create({"amount": 100, "currency": "usd"})
    api.v1.topups.create({"amount": 100, "currency": "usd"})


@pytest.mark.parametrize("environment", ["production", "staging", ""])
def test_it_does_not_start_near_real_money(environment: str, tmp_path: Any) -> None:
    with pytest.raises(Refused):
        refuse_production(environment)
    with (
        pytest.raises(Refused),
        started(
            environment=environment,
            state_dir=tmp_path,
            secret_key="sk_test_a",
            webhook_secret="whsec_a",
            webhook_url=None,
        ),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_it_listens_on_the_loopback_interface_only(sandbox: Sandbox) -> None:
    assert urlsplit(sandbox.url).hostname == "127.0.0.1"
