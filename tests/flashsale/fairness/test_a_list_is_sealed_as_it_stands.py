"""The tree is built while people claim; what comes or goes meanwhile is never sealed wrong."""

from datetime import timedelta

import pytest

from accounts.models import Profile
from flashsale.models import Sale, Tree
from flashsale.services import reservations
from flashsale.services.fairness import seals
from socialcommerce.lib import clock, faultpoints, guards
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db


def closed_list() -> tuple[Sale, list[sales.Person]]:
    """A sale that has started, its list closed and not sealed."""
    sale = sales.live_sale(units=2)
    people = sales.crowd(sale, 3)
    sale.refresh_from_db()
    return sale, people


def withdraw_late(sale: Sale, person: sales.Person) -> None:
    """By a web host whose clock is slow."""
    early = sale.reserve_closes_at - timedelta(seconds=1)
    owner = Profile.objects.get(pk=person.profile_id)
    reservations.withdraw(sale_id=sale.pk, person=owner, now=early)


def test_a_list_is_sealed_once_with_all_who_stand() -> None:
    sale, _people = closed_list()
    assert seals.seal(sale, now=clock.now())
    assert (sale.tree.count, sale.tree.root) == (3, sale.root)


def test_who_left_while_the_tree_was_built_is_not_in_the_sealed_list() -> None:
    sale, people = closed_list()
    with faultpoints.planned("tree built", lambda: withdraw_late(sale, people[0])):
        assert not seals.seal(sale, now=clock.now())
    assert not Tree.objects.exists()
    assert seals.seal(sale, now=clock.now())
    assert sale.tree.count == 2


def test_without_the_guard_who_left_would_be_sealed_in() -> None:
    sale, people = closed_list()
    with (
        guards.switched_off("list unchanged"),
        faultpoints.planned("tree built", lambda: withdraw_late(sale, people[0])),
    ):
        assert seals.seal(sale, now=clock.now())
    assert sale.tree.count == 3


def test_a_list_that_another_has_sealed_meanwhile_stays_as_it_is() -> None:
    sale, _people = closed_list()
    rival = Sale.objects.get(pk=sale.pk)
    calls: list[bool] = []

    def seals_first() -> None:
        if not calls:
            calls.append(True)
            assert seals.seal(rival, now=clock.now())

    with faultpoints.planned("tree built", seals_first):
        assert seals.seal(sale, now=clock.now())
    assert Tree.objects.count() == 1
