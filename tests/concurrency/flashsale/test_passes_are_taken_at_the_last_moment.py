"""Two clicks set one cent aside, and a pass that is taken as the list is sealed weighs."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from flashsale.models import Pass, PassRoute, Reservation
from flashsale.services.fairness import passes, seals
from payments.services import ledger, wallets
from socialcommerce.lib import clock, faultpoints, guards
from tests.concurrency.flashsale.crowds import at_once
from tests.factories import draws as factory
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db(transaction=True)
CLICKS = 8


def test_eight_clicks_on_both_routes_make_one_pass_and_at_most_one_cent() -> None:
    sale, people = factory.entered(people=1, pass_weight=1)
    sales.fill_wallets(people, 100)
    (person,) = factory.profiles(people)
    routes = [PassRoute.CENT, PassRoute.FREE] * (CLICKS // 2)

    def take(route: PassRoute) -> Pass:
        return passes.take(sale_id=sale.pk, person=person, route=route, now=clock.now())

    said = at_once(take, routes, threads=CLICKS)
    own = Pass.objects.get()
    assert sum(isinstance(one, passes.HasOne) for one in said) == CLICKS - 1
    cents = 1 if own.route == PassRoute.CENT else 0
    assert wallets.balance(profile_id=person.pk).held_minor == cents
    assert ledger.verify() == []


def take_while_it_is_sealed() -> tuple[Pass, Reservation]:
    """The pass was seen to be open; before it is written, the sealing has its time."""
    sale, people = factory.entered(people=2, pass_weight=3)
    (person, _other) = factory.profiles(people)
    factory.close(sale)
    sealing = threading.Thread(target=_closing(lambda: seals.seal(sale, now=clock.now())))

    def rival() -> None:
        sealing.start()
        sealing.join(timeout=1.0)

    # The clock of this web host is some seconds slow.
    slow = sale.reserve_closes_at - timedelta(milliseconds=1)
    with faultpoints.planned("pass seen open", rival):
        own = passes.take(sale_id=sale.pk, person=person, route=PassRoute.FREE, now=slow)
    sealing.join(timeout=10.0)
    assert not sealing.is_alive()
    return own, Reservation.objects.get(sale=sale, person=person)


def test_a_pass_that_was_taken_weighs() -> None:
    _own, reservation = take_while_it_is_sealed()
    assert reservation.weight == 4


def test_without_the_guard_it_is_taken_for_nothing() -> None:
    with guards.switched_off("sale kept"):
        own, reservation = take_while_it_is_sealed()
    assert (own.state, reservation.weight) == ("held", 1)


def _closing(act: Callable[[], object]) -> Callable[[], None]:
    """The thread's connection is closed at its end."""

    def run() -> None:
        at_once(lambda _once: act(), range(1), threads=1)

    return run
