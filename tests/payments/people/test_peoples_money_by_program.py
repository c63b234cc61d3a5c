"""Cashing out, the PIN, limits and closing for programs: the same services, the same refusals."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from payments.models import CashOut
from tests.conftest import PASSWORD
from tests.factories import people as make
from tests.factories.payments import available, give_money
from tests.payments.conftest import BindCard

pytestmark = pytest.mark.django_db
OUT = "/api/v1/wallet/cash-outs"


def ask(browser: Client, key: str = "k1", **body: Any) -> Any:
    headers = {"Idempotency-Key": key}
    return browser.post(OUT, data=body, content_type="application/json", headers=headers)


def put_pin(browser: Client, **body: Any) -> Any:
    return browser.put("/api/v1/wallet/pin", data=body, content_type="application/json")


@pytest.mark.parametrize("path", ["cash-outs", "cash-outs/1", "closing", "limits", "pin"])
def test_programs_log_in_too(path: str, client: Client) -> None:
    assert client.get(f"/api/v1/wallet/{path}").status_code == 401


def test_a_program_cashes_out(alice: User, bob: User, bind: BindCard, client_of) -> None:
    make.topped_up(alice.profile, bind(alice), 1_000)
    browser: Client = client_of(alice)
    quote = browser.get(OUT).json()
    assert (quote["to_cards_minor"], quote["cards"][0]["is_new"]) == (1_000, True)
    assert ask(browser, amount_minor=700).json()["code"] == "pin-missing"
    assert put_pin(browser, pin=make.PIN, password=PASSWORD).status_code == 204
    assert ask(browser, amount_minor=700).json()["code"] == "pin-needed"
    made = ask(browser, amount_minor=700, pin=make.PIN)
    assert (made.status_code, made.json()["state"]) == (201, "paid")
    assert ask(browser, amount_minor=700, pin=make.PIN).json() == made.json()
    assert ask(browser, amount_minor=701, pin=make.PIN).status_code == 409
    assert available(alice.profile) == 300
    url = f"{OUT}/{made.json()['id']}"
    assert browser.get(url).json() == made.json()
    assert client_of(bob).get(url).status_code == 404
    assert CashOut.objects.count() == 1


@pytest.mark.parametrize(
    "amount", [0, -1, 1.5, "1e3", "x", None, 10**30, "１００", True, [], float(10**14)]
)
def test_an_amount_that_is_none_is_refused(amount: Any, alice: User, client_of) -> None:
    answer = ask(client_of(alice), amount_minor=amount)
    assert 400 <= answer.status_code < 500
    assert not CashOut.objects.exists()


def test_an_id_beyond_all_numbers_is_not_found(alice: User, client_of) -> None:
    assert client_of(alice).get(f"{OUT}/{2**70}").status_code == 404


def test_a_wrong_password_sets_no_pin(alice: User, client_of) -> None:
    answer = put_pin(client_of(alice), pin=make.PIN, password="wrong")
    assert (answer.status_code, answer.json()["code"]) == (403, "password-wrong")


def test_limits_say_how_much_is_left(alice: User, client_of) -> None:
    gauges = client_of(alice).get("/api/v1/wallet/limits").json()
    assert [(one["act"], one["window"]) for one in gauges][:2] == [
        ("top_up", "day"),
        ("top_up", "week"),
    ]
    assert all(one["left_minor"] == one["limit_minor"] for one in gauges)


def test_the_wallet_is_closed_and_opened(alice: User, client_of) -> None:
    browser: Client = client_of(alice)
    url = "/api/v1/wallet/closing"
    give_money(alice.profile, 1)
    assert browser.get(url).json()["obstacles"] != []
    assert browser.put(url).status_code == 409


def test_an_empty_wallet_is_closed_and_opened(alice: User, client_of) -> None:
    browser: Client = client_of(alice)
    url = "/api/v1/wallet/closing"
    assert browser.put(url).json() == {"is_closed": True, "obstacles": []}
    assert browser.delete(url).status_code == 204
    assert browser.get(url).json()["is_closed"] is False
