"""In a draw what a lot's winners leave goes to that lot's others, though another lot has units."""

from datetime import timedelta

import pytest

from flashsale.models import Claim, Lot, Reservation, Sale, Wave
from flashsale.services import waiting
from flashsale.services.fairness import draws, seals
from flashsale.services.watch import controller, stages
from flashsale.unit_states import UnitState
from socialcommerce.lib import clock
from tests.factories import draws as factory
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person

pytestmark = pytest.mark.django_db


def drawn(*, wave: bool) -> tuple[Sale, list[Person], list[Lot]]:
    """One unit that three people want, and five that one wants; nobody has paid in time."""
    sale = sales.draft_sale(units=1, kind="draw")
    people = sales.crowd(sale, 4)
    scarce = sale.lots.get()
    plenty = Lot.objects.create(
        sale=sale, variant=sales._variant(), unit_price_minor=900, pledged=5
    )
    Reservation.objects.filter(person=people[3].profile_id).update(lot=plenty)
    if wave:
        Wave.objects.create(sale=sale, number=1, opens_at=sale.starts_at + timedelta(minutes=20))
    sales.approve(sale)
    factory.close(sale)
    assert seals.seal(sale, now=clock.now())
    assert draws.allocate(sale, now=clock.now())
    Claim.objects.filter(sale=sale, lot=scarce).update(held_until=clock.now())
    return sale, people, [scarce, plenty]


def tick(times: int = 3) -> None:
    for _second in range(times):
        controller.Controller().tick(now=clock.now())


def test_the_wave_offers_it_to_the_next_rank() -> None:
    sale, _people, (scarce, _plenty) = drawn(wave=True)
    tick(1)
    Wave.objects.filter(sale=sale).update(opens_at=clock.now())
    tick()
    second = Claim.objects.get(lot=scarce, state="held")
    assert second.wave == 1


def test_what_nobody_is_left_for_is_pooled_and_nobody_is_ranked_again() -> None:
    sale, _people, (_scarce, plenty) = drawn(wave=True)
    tick(1)
    Wave.objects.filter(sale=sale).update(opens_at=clock.now())
    tick(2)
    sale.refresh_from_db()
    assert sale.wave == 1
    assert stages.due(sale, now=clock.now()) is None
    states = set(sale.units.filter(lot=plenty).values_list("state", flat=True))
    assert states == {UnitState.HELD, UnitState.POOLED}


def test_the_list_offers_it_to_who_waits() -> None:
    sale, people, (scarce, plenty) = drawn(wave=False)
    first = Claim.objects.get(lot=scarce)
    tick(1)
    waits = next(one for one in people[:3] if one.profile_id != first.person_id)
    person = factory.profiles([waits])[0]
    waiting.join(sale_id=sale.pk, person=person, now=clock.now())
    tick()
    assert Claim.objects.get(lot=scarce, state="held").person_id == waits.profile_id
    rest = sale.units.filter(lot=plenty).exclude(state=UnitState.HELD)
    assert set(rest.values_list("state", flat=True)) == {UnitState.POOLED}
