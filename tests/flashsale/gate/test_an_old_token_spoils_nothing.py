"""A token from before a withdrawal is still signed: it takes nothing and breaks no proof."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from flashsale.gate import admission, control, published
from flashsale.gate.keys import Keys
from flashsale.models import Claim, DeadLetter, Lot, Reservation, Sale
from flashsale.services.fairness import openings, seals
from flashsale.standings import Standing
from flashsale.tokens import SaleToken
from socialcommerce.lib import clock, redis
from tests.factories import draws as factory
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path


def withdraw(sale: Sale, person: Person) -> None:
    rows = Reservation.objects.filter(sale=sale, number=person.number)
    rows.update(withdrawn_at=clock.now())
    Sale.objects.filter(pk=sale.pk).update(withdrawn=1)


def remain(sale: Sale, lot_id: int) -> int:
    return control.remains(redis.gate(), sale.pk, [lot_id])[lot_id]


def agrees(sale: Sale, folder: Path) -> None:
    path = folder / "record.jsonl"
    path.write_bytes(factory.record(sale))
    said = factory.check(path)
    assert said.returncode == 0, said.stderr


def test_who_withdrew_claims_nothing_and_the_record_still_agrees(media: Path) -> None:
    sale = sales.live_sale(units=2)
    gone, stays = sales.crowd(sale, 2)
    withdraw(sale, gone)
    factory.seal(sale)
    for person in (gone, stays):
        assert sales.claim(sale, person).standing == Standing.IN_LINE
    sales.drain(sale)
    looked = admission.look(sales.token_of(sale, gone))
    assert looked.standing == Standing.REFUSED
    assert remain(sale, sale.lots.get().pk) == 1
    assert list(Claim.objects.values_list("person_id", flat=True)) == [stays.profile_id]
    factory.end(sale)
    agrees(sale, media)


def test_who_withdrew_takes_nobodys_place_in_the_window(media: Path) -> None:
    """Whatever the seed says of them, each unit goes to somebody of the list."""
    sale = sales.approved_sale(units=2, opening_window_ms=60_000)
    crowd = sales.crowd(sale, 6)
    gone, stay = crowd[:4], crowd[4:]
    for person in gone:
        withdraw(sale, person)
    sales.begin(sale)
    Sale.objects.filter(pk=sale.pk).update(reserve_closes_at=clock.now() - timedelta(seconds=5))
    sales.reopen_gate(sale)
    assert seals.seal(sale, now=clock.now())
    for person in crowd:
        assert sales.claim(sale, person).standing == Standing.IN_LINE
    _end_window(sale)
    assert seals.reveal(sale, now=clock.now())
    assert openings.decide(sale, now=clock.now())
    sales.drain(sale)
    held = Claim.objects.filter(sale=sale, state="held").values_list("person_id", flat=True)
    assert set(held) == {person.profile_id for person in stay}
    for person in gone:
        said = admission.look(sales.token_of(sale, person)).standing
        assert said in (Standing.REFUSED, Standing.NO_STOCK)
    factory.end(sale)
    agrees(sale, media)


def test_a_page_from_before_another_choice_costs_nobody_the_claim() -> None:
    """Withdrawn, and reserved again for another lot: the old tab still names the first."""
    sale = sales.draft_sale(units=3)
    (person,) = sales.crowd(sale, 1)
    first = sale.lots.get()
    second = Lot.objects.create(
        sale=sale, variant=sales._variant(), unit_price_minor=900, pledged=3
    )
    sales.approve(sale)
    Reservation.objects.filter(sale=sale).update(lot=second)
    sales.begin(sale)
    sales.open_gate(sale)
    old = SaleToken(sale.pk, person.profile_id, person.number, first.pk, 1)
    new = SaleToken(sale.pk, person.profile_id, person.number, second.pk, 1)
    assert sales.claim(sale, person, token=old).standing == Standing.IN_LINE
    sales.drain(sale)
    assert admission.look(old).standing == Standing.REFUSED
    assert not DeadLetter.objects.exists()
    assert remain(sale, first.pk) == 3
    assert sales.claim(sale, person, token=new).standing == Standing.IN_LINE
    sales.drain(sale)
    assert Claim.objects.get(state="held").lot_id == second.pk


def _end_window(sale: Sale) -> None:
    """The window ended a moment ago, for the gate and for PostgreSQL."""
    passed = clock.now() - sale.starts_at
    window_ms = int(passed.total_seconds() * 1_000) + 1
    Sale.objects.filter(pk=sale.pk).update(opening_window_ms=window_ms)
    redis.gate().hset(Keys(sale.pk).meta, "window_us", window_ms * 1_000)
    sale.refresh_from_db()
    time.sleep(0.002)
    published.forget(sale.pk)
