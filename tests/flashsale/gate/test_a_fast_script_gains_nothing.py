"""A script that answers in a millisecond wins no more often than others: in a draw, and within
the opening window of a first-come sale. Each lives through a whole sale and its proof."""

import random
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from flashsale.gate import published
from flashsale.gate.keys import Keys
from flashsale.models import Claim, Sale, SaleKind
from flashsale.services.watch import controller
from flashsale.standings import Standing
from socialcommerce.lib import clock, redis
from tests.factories import draws as factory
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PEOPLE, SCRIPTS, UNITS = 150, 30, 30
# Drawn fairly 6 of 30 units go to scripts, give or take 2: beyond four and a half times that is
# no chance any more.
MOST = 15


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    return tmp_path


def rush(sale: Sale, crowd: Sequence[Person]) -> None:
    """The scripts claim in the first milliseconds, then everybody else in any order."""
    slow = list(crowd[SCRIPTS:])
    random.shuffle(slow)
    for person in [*crowd[:SCRIPTS], *slow]:
        assert sales.claim(sale, person).standing in (Standing.IN_LINE, Standing.SOLD_OUT)


def end_window(sale: Sale) -> None:
    """The window is over, a moment after the last claim."""
    window_ms = int((clock.now() - sale.starts_at).total_seconds() * 1_000) + 1
    Sale.objects.filter(pk=sale.pk).update(opening_window_ms=window_ms)
    redis.gate().hset(Keys(sale.pk).meta, "window_us", window_ms * 1_000)
    time.sleep(0.005)
    published.forget(sale.pk)


def scripts_among(sale: Sale, crowd: Sequence[Person]) -> int:
    fast = [person.profile_id for person in crowd[:SCRIPTS]]
    held = Claim.objects.filter(sale=sale).exclude(unit=None)
    assert held.count() == UNITS
    return held.filter(person__in=fast).count()


def proves(sale: Sale, folder: Path) -> None:
    factory.end(sale)
    path = folder / "record.jsonl"
    path.write_bytes(factory.record(sale))
    said = factory.check(path)
    assert said.returncode == 0, said.stderr


def first_come(*, window_ms: int) -> tuple[Sale, list[Person]]:
    sale = sales.approved_sale(units=UNITS, opening_window_ms=window_ms)
    sales.open_gate(sale)
    crowd = sales.crowd(sale, PEOPLE)
    factory.seal(sale)
    rush(sale, crowd)
    return sale, crowd


def test_within_the_opening_window_the_fastest_win_as_often_as_others(media: Path) -> None:
    sale, crowd = first_come(window_ms=60_000)
    assert not Claim.objects.exists()
    end_window(sale)
    leader = controller.Controller()
    for _second in range(3):
        assert leader.tick(now=clock.now()) == []
    sales.drain(sale)
    assert scripts_among(sale, crowd) <= MOST
    proves(sale, media)


def test_without_a_window_the_fastest_take_everything(media: Path) -> None:
    sale, crowd = first_come(window_ms=0)
    sales.drain(sale)
    assert scripts_among(sale, crowd) == UNITS
    proves(sale, media)


def test_in_a_draw_it_does_not_matter_who_reserved_first(media: Path) -> None:
    sale = sales.approved_sale(units=UNITS, kind=SaleKind.DRAW)
    sales.open_gate(sale)
    crowd = sales.crowd(sale, PEOPLE)
    factory.close(sale)
    leader = controller.Controller()
    for _second in range(6):
        assert leader.tick(now=clock.now()) == []
    assert scripts_among(sale, crowd) <= MOST
    proves(sale, media)
