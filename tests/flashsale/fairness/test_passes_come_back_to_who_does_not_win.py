"""One-cent passes and their free twin: same weight, one each, and where the cent ends."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Profile, User
from flashsale.models import Pass, PassRoute, Reservation, Sale
from flashsale.services import conclusions
from flashsale.services import sales as operator
from flashsale.services.fairness import passes
from payments.services import ledger, wallets
from payments.services.ledger import InsufficientFunds
from payments.services.opening import PayerBarred
from payments.services.people import freezing
from socialcommerce.lib import clock
from tests.factories import draws as factory
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db


def money(profile: Profile) -> tuple[int, int]:
    balance = wallets.balance(profile_id=profile.pk)
    return balance.posted_minor, balance.held_minor


def take(sale: Sale, profile: Profile, route: PassRoute) -> Pass:
    return passes.take(sale_id=sale.pk, person=profile, route=route, now=clock.now())


def test_the_cent_is_set_aside_then_taken_from_winners_and_returned_to_all_others() -> None:
    sale, people = factory.entered(people=6, units=2, pass_weight=1)
    sales.fill_wallets(people, 5_000)
    profiles = factory.profiles(people)
    for profile in profiles:
        take(sale, profile, PassRoute.CENT)
        assert money(profile) == (5_000, 1)
    factory.draw(sale)
    conclusions.conclude(now=clock.now())
    won = factory.winners(sale)
    losers = [p for p, person in zip(profiles, people, strict=True) if person.number not in won]
    assert [money(profile) for profile in losers] == [(5_000, 0)] * 4
    factory.end(sale)
    winners = [p for p, person in zip(profiles, people, strict=True) if person.number in won]
    assert [money(profile) for profile in winners] == [(4_999, 0)] * 2
    store = sale.lots.get().variant.product.store
    assert wallets.balance(profile_id=store.profile_id).posted_minor == 2
    assert set(Pass.objects.values_list("state", flat=True)) == {"taken", "returned"}
    assert ledger.verify() == []


def test_returning_goes_on_where_it_stopped() -> None:
    sale, people = factory.entered(people=5, units=1, pass_weight=1)
    sales.fill_wallets(people, 100)
    for profile in factory.profiles(people):
        take(sale, profile, PassRoute.CENT)
    operator.cancel(sale_id=sale.pk, now=clock.now())
    assert passes.resolve(sale_id=sale.pk, limit=2, now=clock.now()) == 2
    assert passes.to_resolve() == [sale.pk]
    assert passes.resolve(sale_id=sale.pk, limit=10, now=clock.now()) == 3
    assert passes.resolve(sale_id=sale.pk, limit=10, now=clock.now()) == 0
    assert passes.to_resolve() == []
    assert [money(profile) for profile in factory.profiles(people)] == [(100, 0)] * 5


def test_both_routes_weigh_the_same_in_the_sealed_list() -> None:
    sale, people = factory.entered(people=3, pass_weight=4)
    paying, free, without = factory.profiles(people)
    sales.fill_wallets(people[:1], 1)
    take(sale, paying, PassRoute.CENT)
    take(sale, free, PassRoute.FREE)
    factory.seal(sale)
    weights = dict(Reservation.objects.values_list("person", "weight"))
    assert weights == {paying.pk: 5, free.pk: 5, without.pk: 1}


def test_nobody_has_two_passes_and_an_empty_wallet_leaves_the_free_route() -> None:
    sale, people = factory.entered(people=1, pass_weight=1)
    (profile,) = factory.profiles(people)
    with pytest.raises(InsufficientFunds):
        take(sale, profile, PassRoute.CENT)
    assert not Pass.objects.exists()
    take(sale, profile, PassRoute.FREE)
    for route in PassRoute:
        with pytest.raises(passes.HasOne):
            take(sale, profile, route)


def test_whose_money_is_stopped_takes_the_free_route() -> None:
    sale, people = factory.entered(people=1, pass_weight=1)
    sales.fill_wallets(people, 100)
    (profile,) = factory.profiles(people)
    freezing.freeze(profile_id=profile.pk, reason="odd", by_id=None, now=clock.now())
    with pytest.raises(PayerBarred):
        take(sale, profile, PassRoute.CENT)
    assert money(profile) == (100, 0)
    take(sale, profile, PassRoute.FREE)


def test_passes_are_taken_while_reservations_are_open_and_in_draws_alone() -> None:
    sale, people = factory.entered(people=1, pass_weight=1)
    (profile,) = factory.profiles(people)
    late = sale.reserve_closes_at + timedelta(seconds=1)
    with pytest.raises(passes.NoPasses):
        passes.take(sale_id=sale.pk, person=profile, route=PassRoute.FREE, now=late)
    without = sales.approved_sale(kind="draw")
    first_come = sales.approved_sale()
    for other in (without, first_come):
        with pytest.raises(passes.NoPasses):
            take(other, profile, PassRoute.FREE)


def test_the_button_takes_one_pass_however_often_it_is_pressed(
    alice: User, client_of: Callable[[User], Client]
) -> None:
    sale, _people = factory.entered(people=1, pass_weight=1)
    browser, path = client_of(alice), f"/sales/{sale.pk}/pass/"
    assert browser.post(path, {"route": "free"}).status_code == 303
    assert browser.post(path, {"route": "free"}).status_code == 409
    assert browser.post(path, {"route": "gold"}).status_code == 422
    assert browser.get(path).status_code == 405
    assert Client().post(path, {"route": "free"}).status_code == 303
    assert Pass.objects.count() == 1
