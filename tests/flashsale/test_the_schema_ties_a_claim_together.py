"""A claim's unit, lot and sale belong together by schema, and so do a reservation's."""

import pytest
from django.db import IntegrityError, connection, transaction

from flashsale.models import Claim, Reservation, Sale
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db


def two_sales() -> tuple[Sale, Sale]:
    """One with a held claim, and another with its own lot and units."""
    sale, other = sales.live_sale(units=2), sales.live_sale(units=2)
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    sales.drain(sale)
    return sale, other


def checked(sql: str, values: list[object]) -> None:
    """The statement stands only if every constraint does, deferred ones included."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(change: dict[str, object], rows: type[Claim] | type[Reservation]) -> None:
    columns = ", ".join(f"{name} = %s" for name in change)
    sql = f"UPDATE {rows._meta.db_table} SET {columns}"  # noqa: S608  names of our own
    with pytest.raises(IntegrityError):
        checked(sql, list(change.values()))


def test_a_claim_keeps_to_its_sale_and_lot() -> None:
    _sale, other = two_sales()
    refused({"sale_id": other.pk}, Claim)
    refused({"lot_id": other.lots.get().pk}, Claim)
    refused({"sale_id": 0}, Claim)
    refused({"lot_id": 0}, Claim)


def test_a_claim_is_of_the_person_who_reserved() -> None:
    sale, _other = two_sales()
    (other,) = sales.crowd(sale, 1)
    refused({"person_id": other.profile_id}, Claim)
    refused({"person_id": 0}, Claim)
    refused({"reservation_id": Reservation.objects.get(number=other.number).pk}, Claim)
    refused({"reservation_id": 0}, Claim)


def test_a_claim_has_a_unit_of_its_lot() -> None:
    _sale, other = two_sales()
    unit = other.units.all()[0]
    refused({"unit_id": unit.pk}, Claim)
    refused({"unit_id": 0}, Claim)


def test_a_reservation_keeps_to_its_sale_and_lot() -> None:
    _sale, other = two_sales()
    refused({"sale_id": other.pk}, Reservation)
    refused({"lot_id": other.lots.get().pk}, Reservation)
    refused({"sale_id": 0, "lot_id": 0}, Reservation)


def test_a_sale_with_claims_cannot_go() -> None:
    sale, _other = two_sales()
    with pytest.raises(IntegrityError):
        checked("DELETE FROM flashsale_sale WHERE id = %s", [sale.pk])
