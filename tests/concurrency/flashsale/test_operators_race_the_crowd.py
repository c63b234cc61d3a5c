"""Letters worked twice, lots raised and sales closed or cancelled in the middle of it all."""

from collections.abc import Sequence

import pytest
from django.db import transaction

from accounts.models import User
from flashsale.models import Act, Claim, DeadLetter, Sale
from flashsale.services import dead_letters, pledges
from flashsale.services import sales as operator
from flashsale.services.fairness import draws
from flashsale.services.watch import conservation, controller
from flashsale.unit_states import UnitState
from shop.models import StockItem
from socialcommerce.lib import clock
from tests.concurrency.flashsale.crowds import at_once
from tests.factories import draws as factory
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory
from tests.factories.shop import fill_shelf

pytestmark = pytest.mark.django_db(transaction=True)


def staff() -> User:
    return UserFactory.create(is_operator=True)


def errors_in(said: Sequence[object]) -> set[type]:
    return {type(one) for one in said if isinstance(one, Exception)}


def units_hold(sale: Sale) -> None:
    """Every unit is somewhere, and each live claim has one of its own."""
    assert conservation.count(sale.pk).holds
    live = Claim.objects.filter(sale=sale, state__in=["held", "paid"])
    taken = sale.units.filter(state__in=[UnitState.HELD, UnitState.PAID]).count()
    assert live.count() == live.values("unit").distinct().count() == taken


def test_a_letter_that_two_operators_try_at_once_takes_one_unit() -> None:
    sale = sales.live_sale(units=3)
    (person,) = sales.crowd(sale, 1)
    payload = {
        "person": str(person.profile_id), "number": "1", "lot": str(sale.lots.get().pk),
        "slot": "1", "ticket": sales.ticket(sale, person), "at": "1", "epoch": str(sale.epoch),
        "wave": "0", "lost": "0",
    }  # fmt: skip
    letter = DeadLetter.objects.create(
        sale=sale, stream="claims", gate_epoch=sale.epoch, gate_entry="9-9", payload=payload,
        reason="once", created_at=clock.now(),
    )  # fmt: skip
    by = staff()

    def work(_turn: int) -> dead_letters.Reworked:
        return dead_letters.rework([letter.pk], by=by, now=clock.now())

    assert errors_in(at_once(work, range(4), threads=4)) == set()
    assert Claim.objects.filter(sale=sale, state="held").count() == 1
    assert Act.objects.filter(sale=sale, kind="letter_reworked").count() == 1
    units_hold(sale)


def test_a_lot_is_raised_while_it_sells() -> None:
    sale = sales.live_sale(units=4)
    lot = sale.lots.get()
    with transaction.atomic():
        fill_shelf(lot.variant, 20)
    people, by = sales.crowd(sale, 12), staff()
    for person in people:
        sales.claim(sale, person)

    def act(turn: int) -> object:
        if turn % 3:
            return sales.drain(sale)
        return pledges.change(lot_id=lot.pk, pledged=5 + turn, by=by, now=clock.now())

    said = at_once(act, range(9), threads=4)
    # Whoever comes after a higher number hears that nothing can be taken back.
    assert errors_in(said) <= {pledges.Pledged}
    sales.drain(sale)
    assert Claim.objects.filter(sale=sale, state="held").count() >= 4
    lot.refresh_from_db()
    assert sale.units.count() == lot.pledged
    units_hold(sale)


def test_whoever_was_in_line_as_the_sale_was_closed_is_served() -> None:
    sale = sales.live_sale(units=5)
    people, by = sales.crowd(sale, 9), staff()
    for person in people:
        sales.claim(sale, person)

    def act(turn: int) -> object:
        if turn == 1:
            return operator.close(sale_id=sale.pk, by=by, now=clock.now())
        return sales.drain(sale)

    assert errors_in(at_once(act, range(4), threads=4)) == set()
    controller.Controller().tick(now=clock.now())
    sales.drain(sale)
    assert Claim.objects.filter(sale=sale, state="held").count() == 5
    units_hold(sale)


def test_a_draw_that_is_cancelled_half_way_gives_everything_back(settings: object) -> None:
    settings.SALE_DRAIN_BATCH = 1  # type: ignore[attr-defined]
    sale, _people = factory.entered(people=12, units=8)
    lot = sale.lots.get()
    factory.seal(sale)
    by = staff()

    def act(turn: int) -> object:
        if turn == 0:
            return draws.allocate(Sale.objects.get(pk=sale.pk), now=clock.now())
        return operator.cancel(sale_id=sale.pk, by=by, now=clock.now())

    assert errors_in(at_once(act, range(2), threads=2)) == set()
    while operator.wind_up(sale_id=sale.pk, limit=50, now=clock.now()):
        pass
    assert set(sale.units.values_list("state", flat=True)) == {UnitState.RETURNED}
    assert not Claim.objects.filter(sale=sale, state__in=["held", "paying", "paid"]).exists()
    assert StockItem.objects.get(variant=lot.variant).on_hand == lot.pledged + 5
