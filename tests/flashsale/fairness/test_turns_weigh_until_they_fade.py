"""The turn ledger: who earns a turn, what it weighs, when it is spent and when it fades."""

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from accounts.models import Address, Profile
from flashsale.models import Attendance, Reservation, Sale, SaleKind, Turn
from flashsale.services import sales as operator
from flashsale.services.fairness import draws, turns
from shop.models import Variant
from socialcommerce.lib import clock
from tests.factories import draws as factory
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def give(profile: Profile, sale: Sale, count: int, *, days_ago: int = 1) -> None:
    """Turns at the sale's store, each earned in some sale of its own."""
    store = sale.lots.get().variant.product.store
    for _turn in range(count):
        Turn.objects.create(
            store=store.profile,
            person=profile,
            sale=sales.draft_sale(variant=sale.lots.get().variant),
            earned_at=clock.now() - timedelta(days=days_ago),
        )


def also_in(sale: Sale, profile: Profile) -> Sale:
    """Another draw of the same store, in which the person has reserved too."""
    variant = sale.lots.get().variant
    other = sales.approved_sale(kind=SaleKind.DRAW, variant=variant)
    sales.open_gate(other)
    sales.reserve_rows(other, Address.objects.filter(profile=profile))
    return other


def weights(sale: Sale) -> list[int]:
    factory.seal(sale)
    rows = Reservation.objects.filter(sale=sale).order_by("number")
    return list(rows.values_list("weight", flat=True))


def test_turns_add_up_to_the_cap_and_fade_and_count_at_their_own_store() -> None:
    sale, people = factory.entered(people=5)
    one, many, faded, elsewhere, _none = factory.profiles(people)
    give(one, sale, 1)
    give(many, sale, 7)
    give(faded, sale, 2, days_ago=91)
    give(elsewhere, sales.draft_sale(), 2)
    assert weights(sale) == [2, 4, 1, 1, 1]


def test_a_winner_spends_what_weighed_and_keeps_the_rest() -> None:
    sale, people = factory.entered(people=1, units=1)
    (winner,) = factory.profiles(people)
    give(winner, sale, 5)
    factory.draw(sale)
    assert Turn.objects.filter(person=winner, spent_in=sale).count() == 3
    assert Turn.objects.filter(person=winner, spent_in=None).count() == 2


def test_what_was_spent_in_a_sale_that_is_called_off_weighs_again() -> None:
    sale, people = factory.entered(people=1, units=1)
    (winner,) = factory.profiles(people)
    give(winner, sale, 2)
    factory.draw(sale)
    operator.cancel(sale_id=sale.pk, now=clock.now())
    turns.give_back(sale)
    assert Turn.objects.filter(person=winner, spent_in=None).count() == 2


def test_who_came_to_a_first_come_sale_and_lost_has_a_turn_and_who_stayed_away_none() -> None:
    sale = sales.live_sale(units=1)
    winner, late, looker, absent = factory.profiles(people := sales.crowd(sale, 4))
    factory.seal(sale)
    sales.claim(sale, people[0])
    sales.drain(sale)
    bits = bytes([0b01100000])  # numbers 2 and 3 came
    Attendance.objects.update_or_create(
        sale=sale, defaults={"bits": bits, "counted_at": clock.now()}
    )
    for _again in range(2):
        turns.earn(sale, now=clock.now())
    earned = set(Turn.objects.filter(sale=sale).values_list("person", flat=True))
    assert earned == {late.pk, looker.pk}
    assert {winner.pk, absent.pk}.isdisjoint(earned)


def test_a_persons_page_and_the_draws_page_count_the_same() -> None:
    variant: Variant = sales._variant()
    sale, people = factory.entered(people=1, variant=variant)
    (profile,) = factory.profiles(people)
    give(profile, sale, 2)
    give(profile, sale, 1, days_ago=91)
    kept = turns.of_person(profile, now=clock.now())
    assert [one.weighs for one in kept] == [True, True, False]
    store = variant.product.store.profile
    assert turns.count(person=profile, store=store, now=clock.now()) == 2
    assert turns.weight_of(sale, profile) == 3
    assert turns.count(person=UserFactory.create().profile, store=store, now=clock.now()) == 0


def test_in_two_draws_at_a_time_a_turn_weighs_in_the_one_that_was_sealed_first() -> None:
    variant: Variant = sales._variant()
    first, people = factory.entered(people=1, variant=variant)
    (profile,) = factory.profiles(people)
    give(profile, first, 2)
    others = [also_in(first, profile) for _sale in range(2)]
    assert weights(first) == [3]
    assert turns.weight_of(others[0], profile) == 1
    assert weights(others[0]) == [1]
    operator.cancel(sale_id=first.pk, now=clock.now())
    assert turns.weight_of(others[1], profile) == 3
    assert weights(others[1]) == [3]


def test_a_draw_that_is_won_spends_no_turn_that_weighs_in_another() -> None:
    first, people = factory.entered(people=1, units=1)
    (profile,) = factory.profiles(people)
    give(profile, first, 1)
    second = also_in(first, profile)
    factory.seal(first)
    give(profile, second, 1)
    factory.draw(second)
    assert draws.allocate(first, now=clock.now())
    spent = Turn.objects.order_by("pk").values_list("spent_in", flat=True)
    assert list(spent) == [first.pk, second.pk]


def test_another_cap_of_the_site_changes_no_sale_that_there_is(settings: Settings) -> None:
    sale, people = factory.entered(people=1)
    (profile,) = factory.profiles(people)
    give(profile, sale, 9)
    settings.SALE_TURN_CAP = 1
    assert weights(sale) == [4]
    assert b'"turn_cap":3' in factory.record(sale)
