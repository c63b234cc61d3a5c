"""The OpenAPI document is whole, and whatever it allows a program to send is answered."""

from collections.abc import Callable, Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from rest_framework.authtoken.models import Token
from schemathesis import Case
from schemathesis.checks import not_a_server_error

from accounts.models import User
from socialcommerce.lib import limits

EXAMPLES = 25  # of each operation, drawn anew in each run; a failure prints how to repeat it


def document() -> dict[str, object]:
    generated: dict[str, object] = SchemaGenerator().get_schema(public=True)
    return generated


schema = schemathesis.openapi.from_dict(document())
schema.app = get_wsgi_application()


@pytest.fixture
def token(alice: User) -> str:
    return Token.objects.create(user=alice).key


@pytest.fixture
def own_connection() -> Iterator[None]:
    """The test's transaction outlives each request, as with Django's own test client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of requests of one person within seconds are the point here."""
    monkeypatch.setattr(limits, "allow", lambda **_: True)


@pytest.mark.slow
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.usefixtures("no_limits", "own_connection", "stripe_sandbox")
def test_no_operation_of_the_document_ends_in_a_server_error(case: Case, token: str) -> None:
    response = case.call(headers={"Authorization": f"Token {token}"})
    case.validate_response(response, checks=[not_a_server_error])
    if response.status_code >= 400:
        assert response.headers["content-type"][0].startswith("application/problem+json")


def test_every_operation_says_what_it_answers() -> None:
    silent = [
        operation["operationId"]
        for methods in document()["paths"].values()  # type: ignore[attr-defined]
        for operation in methods.values()
        if not any(code.startswith("2") for code in operation["responses"])
    ]
    assert silent == []


def test_whatever_moves_money_or_stock_asks_for_an_idempotency_key() -> None:
    moving = {"checkout", "order_pay", "top_up", "sale_claim_pay"}
    keyed = {
        operation["operationId"]
        for methods in document()["paths"].values()  # type: ignore[attr-defined]
        for operation in methods.values()
        if any(
            parameter["name"] == "Idempotency-Key" and parameter.get("required")
            for parameter in operation.get("parameters", [])
        )
    }
    assert moving <= keyed


def test_the_browsable_page_and_the_document_are_there(client: object) -> None:
    get: Callable[..., object] = client.get  # type: ignore[attr-defined]
    assert get("/api/schema/").status_code == 200  # type: ignore[attr-defined]
    assert get("/api/schema/openapi.yaml").status_code == 200  # type: ignore[attr-defined]
