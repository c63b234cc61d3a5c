"""The report: the funnel, the money, the speed; on the page, as text, as a file."""

import csv
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from flashsale.models import Claim, Sale, Second
from flashsale.services import attendance
from flashsale.services import sales as service
from flashsale.services.console import reports
from shop.services import orders
from socialcommerce.lib import clock, redis, sheets
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory


@pytest.fixture
def sale(db: None) -> Sale:
    """Two units: one paid, one held; four reserved, three came."""
    sale = sales.live_sale(units=2)
    (payer,) = sales.crowd(sale, 1, pay_from_wallet=True)
    sales.fill_wallets([payer], 10_000)
    people = sales.crowd(sale, 3)
    for person in (payer, *people[:2]):
        sales.claim(sale, person)
    sales.drain(sale)
    attendance.note(redis.gate(), sale, now=clock.now())
    sale.refresh_from_db()
    return sale


def lines(sale: Sale) -> dict[str, str]:
    found = reports.sections(reports.of(sale))
    return {str(line.label): line.value for section in found for line in section.lines}


def test_the_funnel_counts_people_and_their_units(sale: Sale) -> None:
    said = lines(sale)
    assert (said["Reserved"], said["Came"], said["Show rate"]) == ("4", "3", "75 %")
    assert (said["Got a unit"], said["Wanted one and got none"]) == ("2", "1")
    assert (said["Paid"], said["Held, not paid yet"]) == ("1", "1")
    assert said["Every unit accounted for"] == "holds"


def test_the_money_is_what_was_taken_and_given_back(sale: Sale) -> None:
    order = Claim.objects.get(state="paid").order
    assert order is not None
    total = order.total_minor
    assert reports.of(sale).takings == reports.Takings(total, 0, 0)
    orders.cancel(order_id=order.pk, reason="no", now=clock.now())
    takings = reports.of(sale).takings
    assert (takings.captured, takings.refunded, takings.kept) == (total, total, 0)
    assert lines(sale)["Refunded"] == "1"


def test_selling_out_is_timed_from_the_start(sale: Sale) -> None:
    Sale.objects.filter(pk=sale.pk).update(sold_out_at=sale.starts_at + timedelta(seconds=314))
    sale.refresh_from_db()
    assert reports.of(sale).sold_out_after == timedelta(seconds=314)
    assert lines(sale)["Sold out"].startswith("after 314.0 s")


def test_in_a_draw_everybody_who_reserved_wanted_one(db: None) -> None:
    sale = sales.approved_sale(kind="draw", units=2)
    sales.crowd(sale, 3)
    sale.refresh_from_db()
    said = lines(sale)
    assert "Show rate" not in said
    assert said["Wanted one and got none"] == "3"


def test_a_draft_has_a_report_of_zeros(db: None) -> None:
    said = lines(sales.draft_sale())
    assert (said["Reserved"], said["Decided"], said["Taken"]) == ("0", "0", "$0.00")


def test_the_page_and_the_text_say_the_same(
    sale: Sale, client_of: Callable[[User], Client]
) -> None:
    operator = client_of(UserFactory.create(is_operator=True))
    page = operator.get(f"/operator/flashsale/sale/{sale.pk}/report/").content.decode()
    text = reports.text(sale)
    for label, value in lines(sale).items():
        assert f"<dt>{label}</dt><dd>{value}</dd>" in page
        assert f"{label}: {value}" in text


def test_the_file_has_a_row_a_second_and_no_formula(sale: Sale) -> None:
    Sale.objects.filter(pk=sale.pk).update(title="=HYPERLINK(evil)")
    sale.refresh_from_db()
    at = clock.now().replace(microsecond=0)
    Second.objects.create(sale=sale, at=at, claim_requests=12, p95_ms=3.0)
    rows = list(csv.reader(StringIO(reports.as_csv(sale))))
    assert rows[0] == ["Sale", "'=HYPERLINK(evil)"]
    assert rows[-1][:3] == [at.isoformat(), "0", "12"]
    assert ["Demand", "Reserved", "4"] in rows


@given(st.text(max_size=20))
def test_no_cell_begins_like_a_formula(text: str) -> None:
    cell = sheets.safe(text)
    assert not cell.startswith(sheets.FORMULA_STARTS)
    assert cell.removeprefix("'") == text or cell == text


def test_the_number_of_queries_does_not_grow_with_the_sale(
    sale: Sale, django_assert_max_num_queries: Callable[..., object]
) -> None:
    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]
        reports.of(sale)
    more = sales.crowd(sale, 40)
    for person in more:
        sales.claim(sale, person)
    sales.drain(sale)
    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]
        reports.of(sale)


def test_a_cancelled_sale_still_adds_up(sale: Sale) -> None:
    service.cancel(sale_id=sale.pk, now=clock.now())
    service.wind_up(sale_id=sale.pk, limit=10, now=clock.now())
    sale.refresh_from_db()
    report = reports.of(sale)
    assert report.units.holds
    assert report.takings.kept == 0
