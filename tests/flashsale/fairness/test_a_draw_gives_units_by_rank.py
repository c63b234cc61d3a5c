"""From the closed list to the winners: sealed, seeded, drawn, resumed, and told."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from accounts.models import User
from flashsale.gate import admission
from flashsale.gate.admission import Wishes
from flashsale.models import Claim, Reservation, Sale, Stream, Turn
from flashsale.proof import lottery, merkle
from flashsale.proof.lottery import Ball
from flashsale.services.fairness import draws, entrants, seals
from flashsale.services.watch import conservation, sweeps
from flashsale.standings import Standing
from flashsale.tokens import SaleToken
from socialcommerce.lib import clock, faultpoints
from tests.factories import draws as factory
from tests.factories import flashsale as sales
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db


def ranked(sale: Sale) -> list[int]:
    """Everybody's number in the order of the draw, computed here from the list and the seed."""
    sale.refresh_from_db()
    people = list(entrants.of(sale))
    balls = [Ball(merkle.leaf(one.line), 1, one.weight) for one in people]
    return [people[place].number for place in lottery.order(bytes.fromhex(sale.seed), balls)]


def test_the_first_ranks_win_and_everybody_else_has_a_turn() -> None:
    sale, people = factory.entered(people=8, units=3)
    factory.draw(sale)
    order = ranked(sale)
    assert factory.winners(sale) == set(order[:3])
    claims = Claim.objects.filter(sale=sale).order_by("log_number")
    assert [claim.reservation.number for claim in claims] == order[:3]
    assert {claim.state for claim in claims} == {"held"}
    losers = Reservation.objects.filter(sale=sale, number__in=order[3:])
    earned = Turn.objects.filter(sale=sale).values_list("person", flat=True)
    assert set(earned) == set(losers.values_list("person", flat=True))
    assert conservation.count(sale.pk) == conservation.Count(0, 3, 0, 0, 0, 3)
    sale.refresh_from_db()
    assert sale.allocated_at is not None
    assert len(people) == 8


def test_whoever_pays_from_the_wallet_has_paid_with_the_draw() -> None:
    sale, _people = factory.entered(people=1)
    (rich,) = sales.crowd(sale, 1, pay_from_wallet=True)
    sales.fill_wallets([rich], 10_000)
    factory.draw(sale)
    assert Claim.objects.get(person=rich.profile_id).state == "paid"


def test_nothing_is_drawn_before_the_list_is_sealed_and_the_time_has_come() -> None:
    sale, _people = factory.entered(people=2)
    assert not seals.seal(sale, now=clock.now())
    assert not draws.allocate(sale, now=clock.now())
    factory.seal(sale)
    Sale.objects.filter(pk=sale.pk).update(starts_at=clock.now() + timedelta(hours=1))
    sale.refresh_from_db()
    assert not draws.allocate(sale, now=clock.now())
    sale.refresh_from_db()
    assert sale.seed == ""
    assert not Claim.objects.exists()


def test_a_list_is_sealed_once_and_with_everybody_in_it() -> None:
    sale, _people = factory.entered(people=5)
    factory.seal(sale)
    first = sale.root
    leaves = [merkle.leaf(entrant.line) for entrant in entrants.of(sale)]
    assert len(leaves) == 5
    assert first == merkle.root(leaves).hex()
    assert seals.seal(sale, now=clock.now())
    sale.refresh_from_db()
    assert sale.root == first


def test_who_may_not_buy_leaves_the_unit_to_the_next_rank() -> None:
    sale, people = factory.entered(people=4, units=2)
    factory.seal(sale)
    seals.reveal(sale, now=clock.now())
    first = Reservation.objects.get(sale=sale, number=ranked(sale)[0])
    user = first.person.user
    assert user is not None
    user.is_active = False
    user.save(update_fields=["is_active"])
    assert draws.allocate(sale, now=clock.now())
    assert factory.winners(sale) == set(ranked(sale)[1:3])
    assert Claim.objects.get(person=first.person).state == "refused"
    assert len(people) == 4


def test_with_fewer_people_than_units_everybody_has_one() -> None:
    sale, _people = factory.entered(people=2, units=5)
    factory.draw(sale)
    assert factory.winners(sale) == {1, 2}
    assert not Turn.objects.exists()


def test_a_draw_that_died_in_the_middle_goes_on_with_the_next_rank(settings: object) -> None:
    settings.SALE_DRAIN_BATCH = 2  # type: ignore[attr-defined]
    sale, _people = factory.entered(people=9, units=5)
    factory.seal(sale)
    deaths = iter([None, OperationalError("killed")])

    def die() -> None:
        error = next(deaths, None)
        if error is not None:
            raise error

    with faultpoints.planned("claims after commit", die), pytest.raises(OperationalError):
        draws.allocate(sale, now=clock.now())
    assert Claim.objects.filter(sale=sale).count() == 4
    sale = Sale.objects.get(pk=sale.pk)
    sales.reopen_gate(sale)  # a controller that comes back finds the gate gone, say
    assert draws.allocate(sale, now=clock.now())
    assert factory.winners(sale) == set(ranked(sale)[:5])
    assert Claim.objects.filter(sale=sale).count() == 5


def test_drawing_again_changes_nothing() -> None:
    sale, _people = factory.entered(people=6)
    factory.draw(sale)
    before = list(Claim.objects.order_by("pk").values_list("pk", "state", "log_hash"))
    assert draws.allocate(sale, now=clock.now())
    assert draws.offer_next(sale, now=clock.now())
    assert list(Claim.objects.order_by("pk").values_list("pk", "state", "log_hash")) == before


def test_a_unit_that_was_not_paid_is_offered_to_the_next_rank_in_the_wave() -> None:
    sale, _people = factory.entered(people=5, units=2)
    factory.draw(sale)
    order = ranked(sale)
    Claim.objects.filter(sale=sale, reservation__number=order[0]).update(held_until=clock.now())
    sweeps.expire(sale_id=sale.pk, now=clock.now() + timedelta(seconds=1))
    assert conservation.count(sale.pk).pooled == 1
    sale.units.filter(state="pooled").update(state="free")
    Sale.objects.filter(pk=sale.pk).update(wave=1)
    sale.refresh_from_db()
    assert draws.offer_next(sale, now=clock.now())
    third = Claim.objects.get(sale=sale, reservation__number=order[2])
    assert (third.state, third.wave) == ("held", 1)
    assert not Turn.objects.filter(sale=sale, person=third.person).exists()
    assert Turn.objects.filter(sale=sale).count() == 2


def test_a_reservation_that_yesterdays_redis_brings_back_is_too_late(alice: User) -> None:
    sale, _people = factory.entered(people=2)
    home = make_address(alice.profile)
    token = SaleToken(sale.pk, alice.profile.pk, 0, 0, 1)
    wishes = Wishes(sale.lots.get().pk, home.pk, pay_from_wallet=False, share=False)
    assert admission.reserve(token, wishes).standing == Standing.RECEIVED
    Sale.objects.filter(pk=sale.pk).update(sealed_at=clock.now())
    sales.drain(sale, Stream.RESERVATIONS)
    assert not Reservation.objects.filter(person=alice.profile).exists()
    assert admission.look(token).standing == Standing.RESERVE_LATE
