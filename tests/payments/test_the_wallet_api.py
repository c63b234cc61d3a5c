"""The wallet for programs: the same services, problems as problem+json."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from payments.models import Payment
from payments.sandbox.server import Sandbox
from tests.factories.payments import available, bind_card, give_money, pay
from tests.payments.conftest import BindCard

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def top_up(browser: Client, body: Any, key: str | None = "k1") -> Any:
    headers = {"Idempotency-Key": key} if key is not None else {}
    return browser.post(
        "/api/v1/wallet/top-ups", data=body, content_type="application/json", headers=headers
    )


@pytest.mark.parametrize(
    "path", ["wallet", "wallet/statement", "instruments", "payments/1", "instruments/setup"]
)
def test_programs_log_in_too(path: str, client: Client) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code in {401, 403}
    assert answer["Content-Type"] == "application/problem+json"


def test_the_wallet_says_what_can_be_spent(alice: User, client_of: ClientOf) -> None:
    give_money(alice.profile, 700)
    assert client_of(alice).get("/api/v1/wallet").json() == {
        "posted_minor": 700,
        "held_minor": 0,
        "available_minor": 700,
        "currency": "USD",
    }


def test_the_statement_comes_in_pages(alice: User, bob: User, client_of: ClientOf) -> None:
    give_money(alice.profile, 700)
    pay(alice.profile, bob.profile, 200, reference="order:9")
    browser = client_of(alice)
    first = browser.get("/api/v1/wallet/statement?size=1").json()
    (line,) = first["results"]
    assert (line["amount_minor"], line["other"], line["reference"]) == (-200, "bob", "order:9")
    rest = browser.get(f"/api/v1/wallet/statement?size=1&cursor={first['next_cursor']}").json()
    assert [one["amount_minor"] for one in rest["results"]] == [700]
    assert rest["next_cursor"] is None
    assert browser.get("/api/v1/wallet/statement?cursor=x").status_code == 400
    assert browser.get("/api/v1/wallet/statement?size=1000000000").status_code == 400


def test_a_top_up_happens_once_for_a_key(alice: User, client_of: ClientOf, bind: BindCard) -> None:
    body = {"amount_minor": 2_500, "instrument_id": bind(alice).pk}
    browser = client_of(alice)
    first, second = top_up(browser, body), top_up(browser, body)
    assert (first.status_code, first.json()) == (201, second.json())
    assert first.json()["state"] == "succeeded"
    assert available(alice.profile) == 2_500
    assert top_up(browser, {**body, "amount_minor": 2_600}).status_code == 409
    payment = browser.get(f"/api/v1/payments/{first.json()['id']}").json()
    assert payment["captured_minor"] == 2_500


@pytest.mark.parametrize("key", [None, "", "a b", "x" * 65])
def test_a_top_up_wants_a_key(key: str | None, alice: User, client_of: ClientOf) -> None:
    card = bind_card(alice.profile)
    body = {"amount_minor": 2_500, "instrument_id": card.pk}
    assert top_up(client_of(alice), body, key).status_code == 400
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("amount", "status"),
    [(0, 400), (-1, 400), (1.5, 400), ("NaN", 400), (None, 400), (10**30, 400), (99, 422)],
)
def test_a_bad_amount_is_a_clear_problem(
    amount: Any, status: int, alice: User, client_of: ClientOf
) -> None:
    card = bind_card(alice.profile)
    answer = top_up(client_of(alice), {"amount_minor": amount, "instrument_id": card.pk})
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def test_somebody_elses_card_and_payment_are_not_found(
    alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    give_money(alice.profile, 700)
    payment = pay(alice.profile, bob.profile, 200)
    card = bind_card(alice.profile)
    thief = client_of(mallory)
    assert thief.get(f"/api/v1/payments/{payment.pk}").status_code == 404
    assert thief.get(f"/api/v1/payments/{2**70}").status_code == 404
    assert thief.delete(f"/api/v1/instruments/{card.pk}").status_code == 404
    assert thief.delete(f"/api/v1/instruments/{2**70}").status_code == 404
    body = {"amount_minor": 2_500, "instrument_id": card.pk}
    assert top_up(thief, body).status_code == 404


def test_cards_are_listed_and_unbound(alice: User, client_of: ClientOf, bind: BindCard) -> None:
    card, browser = bind(alice), client_of(alice)
    (listed,) = browser.get("/api/v1/instruments").json()
    assert (listed["id"], listed["last4"], listed["is_default"]) == (card.pk, "4242", True)
    assert browser.delete(f"/api/v1/instruments/{card.pk}").status_code == 204
    assert browser.delete(f"/api/v1/instruments/{card.pk}").status_code == 404
    assert browser.get("/api/v1/instruments").json() == []


def test_a_setup_leads_to_the_hosted_page(
    alice: User, client_of: ClientOf, stripe_sandbox: Sandbox
) -> None:
    answer = client_of(alice).post(
        "/api/v1/instruments/setup", {"next": "/orders/"}, content_type="application/json"
    )
    assert answer.status_code == 201
    assert answer.json()["url"].startswith(stripe_sandbox.url)
