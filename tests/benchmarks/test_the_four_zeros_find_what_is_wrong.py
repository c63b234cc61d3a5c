"""Each of the four counts moves when, and only when, its wrong has been done."""

from pathlib import Path

import pytest
from django.db.models import F

from benchmarks import zeros
from benchmarks.reports import Zeros
from flashsale.models import Claim, Lot, Sale
from shop.models import Order
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person

UNITS = 3

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sale() -> Sale:
    return sales.live_sale(units=UNITS)


@pytest.fixture
def people(sale: Sale) -> list[Person]:
    """Four came, three hold a unit."""
    crowd = sales.crowd(sale, UNITS + 1)
    for person in crowd[:UNITS]:
        sales.claim(sale, person)
    sales.drain(sale)
    return crowd


def journal(tmp_path: Path, *lines: tuple[Person, str, str]) -> Path:
    file = tmp_path / "journal"
    file.write_text(
        "".join(f"{person.profile_id}\t{heard}\t{order}\n" for person, heard, order in lines)
    )
    return file


def test_a_sale_in_which_everybody_heard_the_truth_has_none(
    sale: Sale, people: list[Person], tmp_path: Path
) -> None:
    heard = [(person, "held", "") for person in people[:UNITS]]
    told = journal(tmp_path, *heard, (people[UNITS], "sold_out", ""))

    assert zeros.of_sale(sale.pk, came=UNITS + 1, journal=told) == Zeros()
    assert zeros.faults(sale.pk) == []


def test_more_live_claims_than_units_are_oversold(sale: Sale, people: list[Person]) -> None:
    Lot.objects.filter(sale=sale).update(pledged=F("pledged") - 1)

    assert zeros.of_sale(sale.pk, came=UNITS - 1) == Zeros(oversold=1)


def test_a_unit_that_somebody_wanted_and_nobody_got_is_undersold(
    sale: Sale, people: list[Person]
) -> None:
    claim = Claim.objects.filter(sale=sale).order_by("pk")[0]
    Claim.objects.filter(pk=claim.pk).update(state="expired")

    assert zeros.of_sale(sale.pk, came=UNITS + 1) == Zeros(undersold=1)
    assert zeros.of_sale(sale.pk, came=UNITS - 1) == Zeros()


@pytest.mark.parametrize("heard", ["held", "paid", "in_line"])
def test_a_claim_that_somebody_heard_of_and_that_is_no_row_is_lost(
    heard: str, sale: Sale, people: list[Person], tmp_path: Path
) -> None:
    told = journal(tmp_path, (people[UNITS], heard, "0000-0000-0000"))

    assert zeros.of_sale(sale.pk, came=UNITS, journal=told) == Zeros(lost=1)


def test_a_number_of_an_order_that_is_not_theirs_is_lost(
    sale: Sale, people: list[Person], tmp_path: Path
) -> None:
    told = journal(tmp_path, (people[0], "paid", "0000-0000-0000"))

    assert zeros.of_sale(sale.pk, came=UNITS, journal=told) == Zeros(lost=1)


def test_a_reservation_that_was_received_and_is_no_row_is_lost(
    sale: Sale, people: list[Person], tmp_path: Path
) -> None:
    stranger = Person(10**9, 0)
    told = journal(tmp_path, (people[0], "received", ""), (stranger, "received", ""))

    assert zeros.of_sale(sale.pk, came=UNITS, journal=told) == Zeros(lost=1)


def test_two_orders_of_one_claim_are_duplicated(sale: Sale, people: list[Person]) -> None:
    order = Order.objects.filter(claim__sale=sale).order_by("pk")[0]
    order.pk, order.number = None, "another"
    order.save()

    assert zeros.of_sale(sale.pk, came=UNITS) == Zeros(duplicated=1)
