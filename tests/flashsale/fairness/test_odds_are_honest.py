"""The chance that a page names is the share that wins when the draw is made many times."""

import hashlib
from datetime import timedelta

import pytest

from flashsale.pages import odds
from flashsale.proof import lottery
from flashsale.proof.lottery import Ball
from socialcommerce.lib import clock

DRAWS = 1_500


@pytest.mark.parametrize("units", [1, 4, 12])
def test_the_chance_is_the_share_of_many_draws(units: int) -> None:
    weights = [1] * 16 + [3] * 6 + [5] * 2
    balls = [
        Ball(hashlib.sha256(str(n).encode()).digest(), 1, weight)
        for n, weight in enumerate(weights)
    ]
    wins = dict.fromkeys((1, 3, 5), 0)
    for number in range(DRAWS):
        seed = hashlib.sha256(f"draw {number}".encode()).digest()
        for place in lottery.order(seed, balls)[:units]:
            wins[weights[place]] += 1
    counted = {weight: weights.count(weight) for weight in wins}
    for weight, won in wins.items():
        share = won / (DRAWS * counted[weight])
        assert odds.chance(weight, counted, units) == pytest.approx(share, abs=0.035)


def test_with_enough_for_all_it_is_certain_and_alone_it_is_one_in_n() -> None:
    assert odds.chance(1, {1: 5}, 5) == 1.0
    assert odds.one_in(odds.chance(1, {1: 26}, 1)) == 26
    assert odds.one_in(0) == 0


def test_the_range_ends_where_the_crowd_will_be_if_it_keeps_coming() -> None:
    now = clock.now()
    opens, closes = now - timedelta(hours=1), now + timedelta(hours=3)
    told = odds.of(1, {1: 100}, units=10, opens_at=opens, closes_at=closes, now=now)
    assert (told.one_in, told.one_in_at_the_end) == (10, 40)
    over = odds.of(1, {1: 100}, units=10, opens_at=opens, closes_at=now, now=now)
    assert not over.is_range
    early = odds.of(1, {1: 3}, units=1, opens_at=now, closes_at=closes, now=now)
    assert not early.is_range
