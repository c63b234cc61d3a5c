"""The draw stops half way until the first winners' time is over: each unit is still drawn once."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from flashsale.models import Claim
from flashsale.services.fairness import draws
from flashsale.services.watch import sweeps
from flashsale.unit_states import UnitState
from socialcommerce.lib import clock, faultpoints
from tests.factories import draws as factory

pytestmark = pytest.mark.django_db


class Died(BaseException):
    """As kill -9 would: nothing catches it."""


def test_what_its_first_winners_left_waits_like_everybody_elses(
    settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT, settings.SALE_DRAIN_BATCH = tmp_path / "media", 1
    sale, _people = factory.entered(people=5, units=2)
    factory.seal(sale)
    with pytest.raises(Died), faultpoints.planned("claims after commit", _die):
        draws.allocate(sale, now=clock.now())
    first = Claim.objects.get(sale=sale)
    Claim.objects.update(held_until=clock.now() - timedelta(seconds=1))
    assert sweeps.expire(sale_id=sale.pk, now=clock.now()) == 1
    assert draws.allocate(sale, now=clock.now())
    assert Claim.objects.filter(sale=sale, wave=0).count() == 2
    left = sale.units.get(pk=first.unit_id)
    assert left.state == UnitState.POOLED
    factory.end(sale)
    record = tmp_path / "record.jsonl"
    record.write_bytes(factory.record(sale))
    said = factory.check(record)
    assert said.returncode == 0, said.stderr


def _die() -> None:
    raise Died
