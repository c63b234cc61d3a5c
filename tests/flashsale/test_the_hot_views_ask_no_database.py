"""Reserve, claim and state: signed token, Redis, a small answer, and nothing else."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from flashsale import tokens
from flashsale.models import Stream
from flashsale.tokens import SaleToken
from tests.factories import flashsale as sales
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def test_a_claim_and_its_state_take_no_query_and_load_no_session(
    django_assert_num_queries: Callable[..., object],
    client_of: Callable[[User], Client],
    alice: User,
) -> None:
    sale = sales.live_sale()
    (person,) = sales.crowd(sale, 1)
    token = tokens.issue(sales.token_of(sale, person))
    browser = client_of(alice)
    with django_assert_num_queries(0):
        said = browser.post(f"/sales/{sale.pk}/claim/", {"token": token}, headers=JSON)
        state = browser.get(f"/sales/{sale.pk}/state", headers={"Sale-Token": token})
    assert said.json()["standing"] == state.json()["standing"] == "in_line"
    assert not said.wsgi_request.session.accessed
    assert len(said.content) < 400


def test_a_reservation_takes_no_query(
    django_assert_num_queries: Callable[..., object], alice: User
) -> None:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    address = make_address(alice.profile)
    token = tokens.issue(SaleToken(sale.pk, alice.profile.pk, 0, 0, 1))
    body = {"token": token, "lot": sale.lots.get().pk, "address": address.pk}
    with django_assert_num_queries(0):
        said = Client(enforce_csrf_checks=True).post(
            f"/sales/{sale.pk}/reservation/", body, headers=JSON
        )
    assert said.json()["standing"] == "received"
    assert sales.drain(sale, Stream.RESERVATIONS) == 1


def test_without_javascript_the_answer_is_a_page_that_shows_the_standing() -> None:
    sale = sales.live_sale()
    (person,) = sales.crowd(sale, 1)
    token = tokens.issue(sales.token_of(sale, person))
    said = Client().post(f"/sales/{sale.pk}/claim/", {"token": token})
    assert (said.status_code, said["Location"]) == (303, f"/sales/{sale.pk}/claim/")
    cookie = said.cookies[f"sale_{sale.pk}_place"]
    assert cookie["httponly"]
    assert cookie["path"] == f"/sales/{sale.pk}/"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token.replace(".", ".9", 1),
        lambda _token: "",
        lambda _token: "x" * 5_000,
        lambda token: "١.٢.٣.٤.٥." + token,
        lambda token: token.rpartition(".")[0],
    ],
)
def test_a_forged_token_is_refused_and_changes_nothing(spoil: Callable[[str], str]) -> None:
    sale = sales.live_sale()
    (person,) = sales.crowd(sale, 1)
    token = spoil(tokens.issue(sales.token_of(sale, person)))
    said = Client().post(f"/sales/{sale.pk}/claim/", {"token": token}, headers=JSON)
    assert said.status_code == 403
    assert sales.drain(sale) == 0


def test_a_token_of_another_sale_is_refused() -> None:
    sale, other = sales.live_sale(), sales.live_sale()
    (person,) = sales.crowd(other, 1)
    token = tokens.issue(sales.token_of(other, person))
    assert Client().post(f"/sales/{sale.pk}/claim/", {"token": token}).status_code == 403


@pytest.mark.parametrize("address", ["", "0x1", "-1", "1.5", "1e9", "９", str(2**63), "9" * 40])
def test_a_bad_address_is_a_clear_error(address: str, alice: User) -> None:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    token = tokens.issue(SaleToken(sale.pk, alice.profile.pk, 0, 0, 1))
    body = {"token": token, "lot": sale.lots.get().pk, "address": address}
    assert Client().post(f"/sales/{sale.pk}/reservation/", body).status_code == 422


@pytest.mark.parametrize("path", ["claim/", "reservation/", "state"])
def test_other_methods_are_refused(path: str) -> None:
    assert Client().delete(f"/sales/1/{path}").status_code == 405
