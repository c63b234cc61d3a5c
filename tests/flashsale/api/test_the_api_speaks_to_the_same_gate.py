"""Programs reserve, claim and pay as people do, with problem+json where it goes wrong."""

import pytest
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.models import Address, User
from flashsale import tokens
from flashsale.models import Sale, Stream
from tests.factories import flashsale as sales
from tests.factories.payments import give_money
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db


def api(user: User | None = None) -> APIClient:
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client


def test_a_whole_sale(alice: User) -> None:
    sale = sales.approved_sale(units=1)
    sales.open_gate(sale)
    give_money(alice.profile, 10_000)
    body = {"lot_id": sale.lots.get().pk, "address_id": make_address(alice.profile).pk}
    base, client = f"/api/v1/sales/{sale.pk}", api(alice)
    assert client.get(base).json()["phase"] == "reserving"
    assert client.post(f"{base}/reservation", body).json()["standing"] == "received"
    assert client.get(f"{base}/reservation").status_code == 404
    sales.drain(sale, Stream.RESERVATIONS)
    assert client.get(f"{base}/reservation").json()["number"] == 1
    assert client.post(f"{base}/claim", {}).json()["standing"] == "early"
    sales.begin(sale)
    sales.reopen_gate(sale)
    said = client.post(f"{base}/claim", {})
    assert (said.status_code, said.json()["standing"]) == (202, "in_line")
    assert said.json()["receipt"]
    sales.drain(sale)
    assert client.get(f"{base}/claim").json()["state"] == "held"
    pay = {"pay_with": "wallet"}
    assert client.post(f"{base}/claim/pay", pay).status_code == 400
    paid = client.post(f"{base}/claim/pay", pay, headers={"Idempotency-Key": "k1"})
    assert paid.json()["claim"]["state"] == "paid"
    assert api().get("/api/v1/sales").json()["results"][0]["paid"] == 1


def test_somebody_elses_address_is_not_reserved_to(alice: User, bob: User) -> None:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    body = {"lot_id": sale.lots.get().pk, "address_id": make_address(bob.profile).pk}
    client, url = api(alice), f"/api/v1/sales/{sale.pk}/reservation"
    assert client.post(url, body).json()["standing"] == "received"
    sales.drain(sale, Stream.RESERVATIONS)
    assert client.get(url).status_code == 404
    body["address_id"] = make_address(alice.profile).pk
    assert client.post(url, body).json()["standing"] == "received"  # the bit was taken back
    sales.drain(sale, Stream.RESERVATIONS)
    assert client.get(url).json()["address"]["line1"] == Address.objects.last().line1  # type: ignore[union-attr]


def test_withdrawing_and_reserving_again_keeps_the_number(alice: User) -> None:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    body = {"lot_id": sale.lots.get().pk, "address_id": make_address(alice.profile).pk}
    client, url = api(alice), f"/api/v1/sales/{sale.pk}/reservation"
    for _time in range(2):
        assert client.post(url, body).json()["standing"] == "received"
        sales.drain(sale, Stream.RESERVATIONS)
        assert client.get(url).json()["number"] == 1
        sale.refresh_from_db()
        assert sale.reserved - sale.withdrawn == 1
        assert client.delete(url).status_code == 204
        assert client.delete(url).status_code == 404
    sales.begin(sale)
    assert client.post(f"/api/v1/sales/{sale.pk}/claim", {}).json()["standing"] == "not_reserved"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"lot_id": 1},
        {"lot_id": "a", "address_id": 1},
        {"lot_id": 0, "address_id": -1},
        {"lot_id": 1.5, "address_id": 1},
        {"lot_id": 2**63, "address_id": 1},
        {"lot_id": None, "address_id": None},
    ],
)
def test_a_bad_body_is_a_clear_problem(body: dict[str, object], alice: User) -> None:
    sale = sales.approved_sale()
    said = api(alice).post(f"/api/v1/sales/{sale.pk}/reservation", body)
    assert said.status_code == 400
    assert said["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["reservation", "claim", "claim/pay"])
def test_strangers_are_asked_to_log_in(path: str) -> None:
    assert api().post(f"/api/v1/sales/1/{path}", {}).status_code in (401, 403)


@pytest.mark.parametrize("path", ["", "/reservation", "/claim"])
def test_what_is_not_there_is_not_found(path: str, alice: User) -> None:
    assert api(alice).get(f"/api/v1/sales/999999{path}").status_code == 404


def test_a_program_is_told_when_to_come_back_like_a_page(alice: User, settings: Settings) -> None:
    sale, client = reserved(alice, units=2)
    settings.SALE_SHED_BACKLOG = 0
    said = client.post(f"/api/v1/sales/{sale.pk}/claim", {})
    assert (said.status_code, said.json()["standing"]) == (503, "busy")
    assert said["Retry-After"] == str(said.json()["retry_after_seconds"])
    settings.SALE_SHED_BACKLOG, settings.SALE_PERSON_LIMIT = 10, 0
    said = client.post(f"/api/v1/sales/{sale.pk}/claim", {})
    assert (said.status_code, said.json()["standing"]) == (429, "too_fast")


def test_a_program_claims_its_slots_and_shows_its_work(alice: User) -> None:
    sale, client = reserved(alice, units=3, slots=2, work_bits=4)
    base = f"/api/v1/sales/{sale.pk}"
    asked = client.get(base).json()
    assert (asked["slots"], asked["work_bits"]) == (2, 4)
    assert client.post(f"{base}/claim", {}).json()["standing"] == "work_missing"
    token = client.get(f"{base}/reservation").json()["token"]
    nonce = next(str(n) for n in range(10**6) if tokens.work_shown(token, str(n)) >= 4)
    for slot in (1, 2):
        said = client.post(f"{base}/claim", {"slot": slot, "nonce": nonce})
        assert (said.status_code, said.json()["standing"]) == (202, "in_line")
    assert client.post(f"{base}/claim", {"slot": 3, "nonce": nonce}).status_code == 422
    assert sales.drain(sale) == 2


def reserved(person: User, **fields: object) -> tuple[Sale, APIClient]:
    """A live sale in which the person has reserved through the gate."""
    sale = sales.approved_sale(**fields)
    sales.open_gate(sale)
    body = {"lot_id": sale.lots.get().pk, "address_id": make_address(person.profile).pk}
    client = api(person)
    client.post(f"/api/v1/sales/{sale.pk}/reservation", body)
    sales.drain(sale, Stream.RESERVATIONS)
    sales.begin(sale)
    sales.reopen_gate(sale)
    return sale, client


def test_a_program_tries_no_card_without_end(alice: User) -> None:
    sale, client = reserved(alice, units=1)
    url = f"/api/v1/sales/{sale.pk}/claim/pay"
    said = [
        client.post(url, {"pay_with": "wallet"}, headers={"Idempotency-Key": f"try-{n}-00000000"})
        for n in range(31)
    ]
    assert [one.status_code for one in said] == [404] * 30 + [429]
