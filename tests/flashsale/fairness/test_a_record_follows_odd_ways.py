"""What happens rarely stands in the record too: late money, a sale called off, stock added."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from flashsale.models import Claim, Lot, Sale
from flashsale.services import claims, conclusions, pledges
from flashsale.services import sales as operator
from flashsale.services.watch import sweeps
from socialcommerce.lib import clock
from tests.factories import draws as factory
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory
from tests.factories.shop import fill_shelf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    return tmp_path


def agrees(sale: Sale, folder: Path) -> list[dict[str, object]]:
    """The script finds nothing wrong; the units as the record has them."""
    path = folder / "record.jsonl"
    path.write_bytes(factory.record(sale))
    said = factory.check(path)
    assert said.returncode == 0, said.stderr
    parts = [json.loads(line) for line in path.read_bytes().splitlines()]
    return [part for part in parts if part["part"] == "unit"]


def test_money_that_came_late_and_found_another_unit(media: Path) -> None:
    sale = sales.live_sale(units=3)
    first, second = sales.crowd(sale, 2)
    factory.seal(sale)
    sales.claim(sale, first)
    sales.drain(sale)
    Claim.objects.update(held_until=clock.now() - timedelta(seconds=1))
    assert sweeps.expire(sale_id=sale.pk, now=clock.now()) == 1
    sales.reopen_gate(sale)
    sales.claim(sale, second)
    sales.drain(sale)
    assert Claim.objects.get(person=second.profile_id).unit.number == 1
    late = Claim.objects.get(person=first.profile_id)
    with transaction.atomic():
        locked = claims.lock_of_order(late.order_id or 0)
        assert locked is not None
        assert claims.be_paid_late(locked, now=clock.now())
        claims.be_paid(locked, now=clock.now())
    late.refresh_from_db()
    assert (late.unit.number, late.log_unit, late.state) == (2, 1, "paid")
    factory.end(sale)
    units = agrees(sale, media)
    assert units[0]["went"] == [[1, "moved"], [2, "expired"]]
    assert (units[1]["state"], units[1]["went"]) == ("paid", [[1, "paid"]])


def test_a_draw_that_was_called_off_after_it_was_drawn(media: Path) -> None:
    sale, _people = factory.entered(people=3, units=2, pass_weight=1)
    factory.draw(sale)
    operator.cancel(sale_id=sale.pk, now=clock.now())
    conclusions.conclude(now=clock.now())
    sale.refresh_from_db()
    assert sale.proved_at is None  # somebody's order is still open
    assert operator.wind_up(sale_id=sale.pk, limit=10, now=clock.now()) == 2
    conclusions.conclude(now=clock.now())
    sale.refresh_from_db()
    assert sale.proved_at is not None
    units = agrees(sale, media)
    assert [unit["state"] for unit in units] == ["returned", "returned"]
    assert sorted(end for unit in units for _number, end in unit["went"]) == ["expired"] * 2


def test_units_that_were_added_after_the_draw(media: Path) -> None:
    sale, _people = factory.entered(people=4, units=2)
    factory.draw(sale)
    lot = Lot.objects.get(sale=sale)
    with transaction.atomic():
        fill_shelf(lot.variant, 5)
    by = UserFactory.create(is_operator=True)
    pledges.change(lot_id=lot.pk, pledged=3, by=by, now=clock.now())
    factory.end(sale)
    assert len(agrees(sale, media)) == 3
    assert b'"raised"' in factory.record(sale)


def test_units_that_were_added_twice(media: Path) -> None:
    sale = sales.live_sale(units=1)
    factory.seal(sale)
    lot, by = Lot.objects.get(sale=sale), UserFactory.create(is_operator=True)
    for pledged in (3, 4):
        with transaction.atomic():
            fill_shelf(lot.variant, 5)
        pledges.change(lot_id=lot.pk, pledged=pledged, by=by, now=clock.now())
    factory.end(sale)
    assert len(agrees(sale, media)) == 4


def test_what_staff_bought_is_marked(media: Path) -> None:
    sale = sales.live_sale(units=1)
    (person,) = sales.crowd(sale, 1)
    (profile,) = factory.profiles([person])
    assert profile.user is not None
    profile.user.is_operator = True
    profile.user.save(update_fields=["is_operator"])
    factory.seal(sale)
    sales.claim(sale, person)
    sales.drain(sale)
    Claim.objects.update(state="paid", paid_at=clock.now())
    sale.units.update(state="paid")
    Sale.objects.filter(pk=sale.pk).update(ends_at=clock.now() - timedelta(seconds=1))
    operator.settle(sale_id=sale.pk, now=clock.now())
    conclusions.conclude(now=clock.now())
    (unit,) = agrees(sale, media)
    assert unit["staff"] is True
