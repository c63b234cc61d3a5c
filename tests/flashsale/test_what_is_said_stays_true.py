"""The gate says nothing older than what its person has done since, and nothing for ever."""

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import Profile, User
from flashsale.gate import admission, control, published
from flashsale.gate.keys import Keys
from flashsale.intake import batches, claim_batches, streams
from flashsale.intake.batches import Batch
from flashsale.models import Claim, Reservation, Sale, Stream
from flashsale.pages import sale_page
from flashsale.pages.faces import Face
from flashsale.services import claims, reservations
from flashsale.services.watch.controller import Controller
from flashsale.standings import Standing
from flashsale.tokens import SaleToken
from socialcommerce.lib import clock, faultpoints, redis
from tests.factories import flashsale as sales
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db


def look(sale: Sale, person: sales.Person) -> Standing:
    return admission.look(sales.token_of(sale, person)).standing


def freeze(person: sales.Person, *, frozen: bool) -> None:
    user = Profile.objects.get(pk=person.profile_id).user
    assert user is not None
    user.frozen_at = clock.now() if frozen else None
    user.save()


def reserve(sale: Sale, person: User, address_id: int) -> Standing:
    token = SaleToken(sale.pk, person.profile.pk, 0, 0, 1)
    lot_id = sale.lots.get().pk
    wishes = admission.Wishes(lot_id, address_id, pay_from_wallet=False, share=False)
    return admission.reserve(token, wishes).standing


def test_a_batch_that_reports_late_does_not_take_back_that_it_was_paid() -> None:
    sale = sales.live_sale(units=1)
    (person,) = sales.crowd(sale, 1)
    sales.fill_wallets([person], 10_000)
    sales.claim(sale, person)
    client, keys = redis.gate(), Keys(sale.pk)
    entries = streams.take(client, keys.claims, count=10)
    batch = Batch(sale.pk, sale.epoch, entries, clock.now())
    outcome = batches.work(batch, stream=Stream.CLAIMS, by=claim_batches.work)
    claims.pay(
        sale_id=sale.pk,
        person=Profile.objects.get(pk=person.profile_id),
        method="wallet",
        instrument_id=None,
        key="k",
        return_url="/",
        now=clock.now(),
    )
    control.answer([Claim.objects.get().pk])  # as its commit does
    fence = control.fence_of(sale)
    assert control.settle(client, fence, stream=keys.claims, bitmap=keys.claimed, outcome=outcome)
    assert look(sale, person) == Standing.PAID


def test_of_two_reports_the_later_state_stands() -> None:
    """The first has read its row and sleeps; the claim moves on and is told; then it wakes."""
    sale = sales.live_sale(units=1)
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    sales.drain(sale)
    claim = Claim.objects.get()
    slept: list[int] = []

    def sleeps() -> None:
        if slept:  # the second reports meanwhile, and does not sleep
            return
        slept.append(claim.pk)
        with transaction.atomic():
            locked = claims.lock_of_order(claim.order_id or 0)
            assert locked is not None
            claims.be_given_up(locked, now=clock.now())
        control.answer([claim.pk])

    with faultpoints.planned("results read", sleeps):
        control.answer([claim.pk])
    assert slept
    assert look(sale, person) == Standing.EXPIRED


def test_whoever_was_refused_and_claims_again_is_in_line() -> None:
    sale = sales.live_sale(units=1)
    (person,) = sales.crowd(sale, 1)
    freeze(person, frozen=True)
    sales.claim(sale, person)
    sales.drain(sale)
    assert look(sale, person) == Standing.REFUSED
    freeze(person, frozen=False)
    viewer = Profile.objects.get(pk=person.profile_id)
    page = sale_page.build(sale_id=sale.pk, viewer=viewer, now=clock.now())
    assert (page.face, page.standing) == (Face.LIVE, Standing.REFUSED)
    assert sales.claim(sale, person).standing == Standing.IN_LINE
    assert look(sale, person) == Standing.IN_LINE
    sales.drain(sale)
    assert look(sale, person) == Standing.HELD


def test_whoever_comes_back_with_an_earlier_place_does_not_hear_the_refusal_before_it() -> None:
    sale = sales.live_sale(units=1)
    (person,) = sales.crowd(sale, 1)
    freeze(person, frozen=True)
    receipt = sales.claim(sale, person).receipt
    sales.drain(sale)
    assert look(sale, person) == Standing.REFUSED
    freeze(person, frozen=False)
    Sale.objects.filter(pk=sale.pk).update(gate_run_id="of a process that is gone")
    sales.reopen_gate(sale)
    token = sales.token_of(sale, person)
    assert admission.claim(token, slot=1, earlier=receipt).standing == Standing.PLACED
    assert look(sale, person) == Standing.RESTORING
    redis.gate().hset(Keys(sale.pk).meta, "restore_until_us", 0)
    assert Controller().tick(now=clock.now()) == []
    published.forget(sale.pk)
    assert look(sale, person) == Standing.IN_LINE
    sales.drain(sale)
    assert look(sale, person) == Standing.HELD


def test_a_better_address_is_received_while_the_bad_one_was_refused(alice: User) -> None:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    assert reserve(sale, alice, 10**9) == Standing.RECEIVED
    sales.drain(sale, Stream.RESERVATIONS)
    token = SaleToken(sale.pk, alice.profile.pk, 0, 0, 1)
    assert admission.look(token).standing == Standing.BAD_ADDRESS
    assert reserve(sale, alice, make_address(alice.profile).pk) == Standing.RECEIVED
    assert admission.look(token).standing == Standing.RECEIVED
    sales.drain(sale, Stream.RESERVATIONS)
    assert admission.look(token).standing == Standing.RESERVED


def test_after_the_gate_was_emptied_what_is_written_down_is_not_called_received(
    alice: User,
) -> None:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    reserve(sale, alice, make_address(alice.profile).pk)
    sales.drain(sale, Stream.RESERVATIONS)
    redis.gate().flushdb()
    sales.open_gate(sale)
    token = SaleToken(sale.pk, alice.profile.pk, 0, 0, 1)
    assert admission.look(token).standing == Standing.RESERVED
    reservations.withdraw(sale_id=sale.pk, person=alice.profile, now=clock.now())
    assert admission.look(token).standing == Standing.NONE


def test_an_entry_that_comes_again_does_not_undo_a_withdrawal(alice: User) -> None:
    """The worker died between commit and acknowledgement; meanwhile alice thought better of it."""
    sale = sales.approved_sale()
    sales.open_gate(sale)
    reserve(sale, alice, make_address(alice.profile).pk)
    keys, client = Keys(sale.pk), redis.gate()
    (entry,) = client.xrange(keys.reservations)
    sales.drain(sale, Stream.RESERVATIONS)
    reservations.withdraw(sale_id=sale.pk, person=alice.profile, now=clock.now())
    client.xadd(keys.reservations, entry[1])
    sales.drain(sale, Stream.RESERVATIONS)
    assert not Reservation.objects.standing().exists()
    sale.refresh_from_db()
    assert (sale.reserved, sale.withdrawn) == (1, 1)
    reserve(sale, alice, make_address(alice.profile).pk)
    sales.drain(sale, Stream.RESERVATIONS)
    assert Reservation.objects.standing().get().number == 1


def test_a_unit_in_hand_outlives_a_withdrawal_by_a_slow_clock() -> None:
    sale = sales.live_sale(units=1)
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    sales.drain(sale)
    viewer = Profile.objects.get(pk=person.profile_id)
    slow = sale.reserve_closes_at - timedelta(seconds=5)
    with pytest.raises(reservations.ReservationsClosed):
        reservations.withdraw(sale_id=sale.pk, person=viewer, now=slow)
    assert Reservation.objects.standing().count() == 1


def test_a_claim_that_became_a_dead_letter_is_not_in_line_for_ever() -> None:
    sale = sales.live_sale(units=2)
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    client, keys = redis.gate(), Keys(sale.pk)
    ((entry_id, fields),) = client.xrange(keys.claims)
    client.xdel(keys.claims, entry_id)
    person_id, number, lot, slot, ticket, _at, *rest = fields[b"e"].split(b",")
    late = b",".join([person_id, number, lot, slot, ticket, b"9" * 40, *rest])
    client.xadd(keys.claims, {"e": late})
    sales.drain(sale)
    assert look(sale, person) == Standing.REFUSED
