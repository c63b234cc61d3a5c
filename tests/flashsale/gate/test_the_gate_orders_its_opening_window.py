"""Within the opening window a fast line gains nothing: the seed says who is first."""

import time
from collections.abc import Sequence
from datetime import timedelta

import pytest

from flashsale import tokens
from flashsale.gate import admission, control, published
from flashsale.gate.keys import Keys
from flashsale.models import Claim, Sale
from flashsale.proof import lottery, merkle, people
from flashsale.proof.lottery import Ball
from flashsale.services.fairness import openings
from flashsale.services.watch import controller
from flashsale.standings import Standing
from flashsale.tokens import Receipt
from socialcommerce.lib import clock, faultpoints, redis
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person

pytestmark = pytest.mark.django_db
SEED = "5e" * 32


@pytest.fixture
def sale() -> Sale:
    """Three units, just started, in its window for a long while yet."""
    sale = sales.approved_sale(units=3)
    sales.begin(sale)
    Sale.objects.filter(pk=sale.pk).update(opening_window_ms=600_000, seed=SEED)
    sales.open_gate(sale)
    return sale


def end_window(sale: Sale) -> None:
    """The window ended a moment ago, for the gate and for PostgreSQL."""
    seconds = clock.now() - sale.starts_at
    window_ms = int(seconds.total_seconds() * 1_000) + 1  # the last claim is in it
    Sale.objects.filter(pk=sale.pk).update(opening_window_ms=window_ms)
    redis.gate().hset(Keys(sale.pk).meta, "window_us", window_ms * 1_000)
    sale.refresh_from_db()
    time.sleep(0.002)
    published.forget(sale.pk)


def decide(sale: Sale) -> bool:
    sale.refresh_from_db()
    decided = openings.decide(sale, now=clock.now())
    published.forget(sale.pk)
    return decided


def by_lot(sale: Sale, people_: Sequence[Person]) -> list[Person]:
    """Who is first under the seed, computed as anybody could from the record."""
    lot = sale.lots.get().pk
    balls = [
        Ball(
            merkle.leaf(
                people.line(
                    number=person.number,
                    pseudonym=people.pseudonym(sale.pk, person.profile_id),
                    lot_id=lot,
                    weight=1,
                )
            )
        )
        for person in people_
    ]
    return [people_[place] for place in lottery.order(bytes.fromhex(SEED), balls)]


def holders(sale: Sale) -> list[int]:
    rows = Claim.objects.filter(sale=sale, state="held").order_by("unit__number")
    return list(rows.values_list("person_id", flat=True))


def remain(sale: Sale) -> int:
    lot = sale.lots.get().pk
    return control.remains(redis.gate(), sale.pk, [lot])[lot]


def test_claims_of_the_window_wait_take_nothing_and_are_in_line_once(sale: Sale) -> None:
    crowd = sales.crowd(sale, 5)
    for person in crowd:
        answer = sales.claim(sale, person)
        assert (answer.standing, answer.receipt is not None) == (Standing.IN_LINE, True)
        assert sales.claim(sale, person).standing == Standing.IN_LINE
    client, keys = redis.gate(), Keys(sale.pk)
    assert (client.xlen(keys.window), client.xlen(keys.claims), remain(sale)) == (5, 0, 3)
    assert not decide(sale)
    assert client.xlen(keys.claims) == 0


def test_the_order_is_the_seeds_whoever_was_first(sale: Sale) -> None:
    crowd = sales.crowd(sale, 12)
    lucky = by_lot(sale, crowd)
    for person in reversed(lucky):  # the fastest line belongs to those with the worst luck
        sales.claim(sale, person)
    end_window(sale)
    assert decide(sale)
    sales.drain(sale)
    assert holders(sale) == [person.profile_id for person in lucky[:3]]
    assert Claim.objects.filter(state="no_stock").count() == 9
    sale.refresh_from_db()
    assert sale.allocated_at is not None
    assert not redis.gate().exists(Keys(sale.pk).window)


def test_without_the_seed_everybody_goes_on_waiting(sale: Sale) -> None:
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    end_window(sale)
    Sale.objects.filter(pk=sale.pk).update(seed="")
    assert not decide(sale)
    assert admission.look(sales.token_of(sale, person)).standing == Standing.IN_LINE


def test_whoever_comes_after_the_window_and_before_its_order_comes_behind_it(sale: Sale) -> None:
    crowd = sales.crowd(sale, 4)
    early, late = crowd[:2], crowd[2:]
    for person in early:
        sales.claim(sale, person)
    end_window(sale)
    for person in late:
        assert sales.claim(sale, person).standing == Standing.IN_LINE
    assert decide(sale)
    sales.drain(sale)
    expected = [*by_lot(sale, early), late[0]]
    assert holders(sale) == [person.profile_id for person in expected]


def test_once_it_is_decided_a_claim_takes_a_unit_at_once(sale: Sale) -> None:
    crowd = sales.crowd(sale, 2)
    sales.claim(sale, crowd[0])
    end_window(sale)
    assert decide(sale)
    assert sales.claim(sale, crowd[1]).standing == Standing.IN_LINE
    assert remain(sale) == 1
    assert redis.gate().xlen(Keys(sale.pk).claims) == 2


def half_way(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> list[sales.Person]:
    """The window's people; the decision died when the first piece of their order was in line."""

    def dies() -> None:
        raise redis.RedisError("gone")

    crowd = sales.crowd(sale, 8)
    for person in crowd:
        sales.claim(sale, person)
    end_window(sale)
    monkeypatch.setattr(openings, "PAGE", 2)
    with faultpoints.planned("piece entered", dies), pytest.raises(redis.RedisError):
        decide(sale)
    assert redis.gate().xlen(Keys(sale.pk).claims) == openings.PAGE
    return crowd


def test_a_decision_that_died_half_way_goes_on_where_it_stopped(
    sale: Sale, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = half_way(sale, monkeypatch)
    sales.drain(sale)
    assert decide(sale)
    assert decide(sale)
    sales.drain(sale)
    assert Claim.objects.count() == 8
    assert holders(sale) == [person.profile_id for person in by_lot(sale, crowd)[:3]]


def test_a_rebuild_between_two_pieces_loses_nobody_and_doubles_nobody(
    sale: Sale, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = half_way(sale, monkeypatch)
    sales.reopen_gate(sale)
    for person in crowd:
        ended = (Standing.HELD, Standing.NO_STOCK)
        assert sales.claim(sale, person).standing in (Standing.IN_LINE, *ended)
    assert decide(sale)
    sales.drain(sale)
    assert Claim.objects.count() == 8
    assert holders(sale) == [person.profile_id for person in by_lot(sale, crowd)[:3]]


def test_a_loss_in_the_window_keeps_every_receipts_standing(sale: Sale) -> None:
    crowd = sales.crowd(sale, 6)
    receipts = {person: sales.claim(sale, person).receipt for person in crowd}
    redis.gate().flushdb()
    sales.open_gate(sale)
    for person in reversed(crowd):
        assert come_back(sale, person, receipts[person]) == Standing.IN_LINE
    end_window(sale)
    assert not decide(sale)  # others may still come back
    redis.gate().hset(Keys(sale.pk).meta, "restoring", 0)
    assert decide(sale)
    sales.drain(sale)
    assert holders(sale) == [person.profile_id for person in by_lot(sale, crowd)[:3]]


def test_a_loss_after_the_decision_keeps_the_order_of_the_window(sale: Sale) -> None:
    crowd = sales.crowd(sale, 6)
    receipts = {person: sales.claim(sale, person).receipt for person in crowd}
    end_window(sale)
    assert decide(sale)
    redis.gate().flushdb()
    sales.open_gate(sale)
    for person in reversed(crowd):
        assert come_back(sale, person, receipts[person]) == Standing.PLACED
    redis.gate().hset(Keys(sale.pk).meta, "restore_until_us", 0)
    sales.open_gate(sale)
    controller._admit_places(redis.gate(), sale)
    sales.drain(sale)
    assert holders(sale) == [person.profile_id for person in by_lot(sale, crowd)[:3]]


def test_a_receipt_of_somebody_else_keeps_no_place(sale: Sale) -> None:
    mine, theirs = sales.crowd(sale, 2)
    receipt = sales.claim(sale, theirs).receipt
    redis.gate().flushdb()
    sales.open_gate(sale)
    end_window(sale)
    redis.gate().hset(Keys(sale.pk).meta, "undecided", 0)
    published.forget(sale.pk)
    assert come_back(sale, mine, receipt) == Standing.RESTORING


def come_back(sale: Sale, person: Person, receipt: Receipt | None) -> Standing:
    assert receipt is not None
    text = tokens.issue_receipt(receipt)
    earlier = tokens.read_receipt(text, sale_id=sale.pk)
    assert earlier == receipt
    token = sales.token_of(sale, person)
    return admission.claim(token, slot=1, earlier=earlier).standing


def test_speed_wins_nothing_over_many_sales() -> None:
    """A script that always answers first, against nine others for three units: 30 % is fair."""
    wins = 0
    lot_id = 3
    for sale_id in range(1, 401):
        balls = [
            Ball(
                merkle.leaf(
                    people.line(
                        number=number,
                        pseudonym=f"{sale_id:016x}{number:016x}",
                        lot_id=lot_id,
                        weight=1,
                    )
                )
            )
            for number in range(1, 11)
        ]
        seed = lottery.seed(secrets=[sale_id.to_bytes(4, "big")], root=balls[0].leaf)
        wins += 0 in lottery.order(seed, balls)[:3]
    assert 80 < wins < 160, "120 of 400 expected; four standard deviations are 37"


def test_it_ends_by_its_first_moment_that_is_outside() -> None:
    start = clock.now()
    sale = Sale(starts_at=start, opening_window_ms=1_500)
    assert openings.ends_at(sale) - start == timedelta(milliseconds=1_500)
