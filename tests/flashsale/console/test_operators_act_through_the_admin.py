"""The operator site: a draft is written, approved and run by actions; nobody else comes in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from flashsale.models import Sale
from shop.models import StockItem
from socialcommerce.lib.money import Money, format_money
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory
from tests.factories.shop import fill_shelf

pytestmark = pytest.mark.django_db
URL = "/operator/flashsale/sale/"
ZEROS = (
    "opening_window_ms", "pass_weight", "per_address_limit", "per_card_limit", "work_bits"
)  # fmt: skip


@pytest.fixture
def operator(client_of: Callable[[User], Client]) -> Client:
    return client_of(UserFactory.create(is_operator=True))


def act(client: Client, sale: Sale, name: str, **answers: str) -> str:
    response = client.post(f"{URL}{sale.pk}/act/{name}/", answers, follow=True)
    return str(response.content.decode())


def test_a_sale_is_approved_paused_resumed_and_cancelled(operator: Client) -> None:
    sale = sales.draft_sale(units=3)
    fill_shelf(sale.lots.get().variant, 3)
    for name, state, answers in (
        ("approve", "approved", {}),
        ("pause", "paused", {"reason": "A look."}),
        ("resume", "approved", {}),
        ("cancel", "cancelled", {}),
    ):
        act(operator, sale, name, **answers)
        sale.refresh_from_db()
        assert sale.state == state
    assert StockItem.objects.get().on_hand == 3


def test_what_cannot_be_done_is_said_and_changes_nothing(operator: Client) -> None:
    sale = sales.draft_sale(units=3)
    assert "Not enough in stock" in act(operator, sale, "approve")
    sale.refresh_from_db()
    assert sale.state == "draft"


def test_a_draft_is_written_on_a_form(operator: Client) -> None:
    variant = sales.draft_sale().lots.get().variant
    times = {
        f"{name}_{part}": value
        for name, hour in (
            ("reserve_opens_at", "10"),
            ("reserve_closes_at", "11"),
            ("starts_at", "12"),
            ("ends_at", "13"),
        )
        for part, value in (("0", "2030-01-01"), ("1", f"{hour}:00:00"))
    }
    lot = {"lots-0-variant": variant.pk, "lots-0-unit_price_minor": "9.00", "lots-0-pledged": 5}
    forms = {"lots-TOTAL_FORMS": 1, "lots-INITIAL_FORMS": 0}
    forms |= {"waves-TOTAL_FORMS": 0, "waves-INITIAL_FORMS": 0}
    body = {"title": "Tin kettle", "hold_seconds": 300, "kind": "first_come", "slots": 2}
    zeros = dict.fromkeys(ZEROS, 0)
    response = operator.post(f"{URL}add/", {**body, **zeros, **times, **lot, **forms})
    assert response.status_code == 302, response.content.decode()
    sale = Sale.objects.get(title="Tin kettle")
    lot_of_it = sale.lots.get()
    assert (sale.state, sale.currency, lot_of_it.pledged) == ("draft", "USD", 5)
    assert lot_of_it.unit_price_minor == 900


def test_times_out_of_order_are_named(operator: Client) -> None:
    names = ("reserve_opens_at", "reserve_closes_at", "starts_at", "ends_at")
    parts = (("0", "2030-01-01"), ("1", "10:00:00"))
    times = {f"{name}_{part}": value for name in names for part, value in parts}
    forms = {"lots-TOTAL_FORMS": 1, "lots-INITIAL_FORMS": 0}
    forms |= {"waves-TOTAL_FORMS": 0, "waves-INITIAL_FORMS": 0}
    page = operator.post(f"{URL}add/", {"title": "Kettle", **times, **forms}).content.decode()
    assert "This has to come after: Reservations open." in page
    assert "This has to come after: Starts." in page
    assert "Constraint" not in page


def test_the_variant_of_a_lot_is_found_by_its_name(operator: Client) -> None:
    variant = sales.draft_sale().lots.get().variant
    query = {
        "app_label": "flashsale",
        "model_name": "lot",
        "field_name": "variant",
        "term": variant.product.title,
    }
    found = operator.get("/operator/autocomplete/", query).json()["results"]
    assert [row["text"] for row in found] == [str(variant)]


def test_the_price_of_an_announced_lot_is_read_as_money(operator: Client) -> None:
    sale = sales.approved_sale()
    page = operator.get(f"{URL}{sale.pk}/change/").content.decode()
    assert str(format_money(Money(sale.lots.get().unit_price_minor, sale.currency))) in page


def test_what_was_announced_is_not_rewritten(operator: Client) -> None:
    sale = sales.approved_sale()
    page = operator.get(f"{URL}{sale.pk}/change/").content.decode()
    assert 'name="title"' not in page
    assert operator.post(f"{URL}{sale.pk}/change/", {"title": "Other"}).status_code == 403


@pytest.mark.parametrize("model", ["sale", "claim", "reservation", "deadletter"])
def test_every_list_opens_for_operators_and_for_nobody_else(
    model: str, operator: Client, alice: User, client_of: Callable[[User], Client]
) -> None:
    sale = sales.live_sale()
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    sales.drain(sale)
    url = f"/operator/flashsale/{model}/"
    assert operator.get(url).status_code == 200
    assert client_of(alice).get(url).status_code in (302, 403)
    assert Client().get(url).status_code == 302


def test_the_first_page_says_what_waits(operator: Client) -> None:
    sales.draft_sale()
    assert "Sales to approve" in operator.get("/operator/").content.decode()


def test_the_list_asks_as_much_for_many_sales_as_for_one(
    operator: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    sales.draft_sale()
    with CaptureQueriesContext(connection) as for_one:
        operator.get(URL)
    for _sale in range(5):
        sales.draft_sale()
    with django_assert_max_num_queries(len(for_one)):
        operator.get(URL)


def test_a_rehearsal_is_in_no_list_of_sales(operator: Client) -> None:
    real = sales.draft_sale()
    played = sales.draft_sale(rehearses=real)
    assert f"/sale/{played.pk}/" not in operator.get(URL).content.decode()
