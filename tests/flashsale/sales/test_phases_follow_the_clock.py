"""Every moment has one phase, and windows are half-open."""

from datetime import UTC, datetime, timedelta

import pytest

from flashsale.phases import Phase, Times, next_change, phase

OPENS = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # the night in which Europe's clocks change
TIMES = Times(
    OPENS, OPENS + timedelta(hours=1), OPENS + timedelta(hours=2), OPENS + timedelta(hours=3)
)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("moment", "before", "at"),
    [
        (TIMES.reserve_opens_at, Phase.ANNOUNCED, Phase.RESERVING),
        (TIMES.reserve_closes_at, Phase.RESERVING, Phase.READY),
        (TIMES.starts_at, Phase.READY, Phase.LIVE),
        (TIMES.ends_at, Phase.LIVE, Phase.ENDED),
    ],
)
def test_a_phase_begins_at_its_first_moment(moment: datetime, before: Phase, at: Phase) -> None:
    def at_moment(now: datetime) -> Phase:
        return phase(times=TIMES, state="approved", remain=1, now=now)

    assert at_moment(moment - TICK) == before
    assert at_moment(moment) == at


@pytest.mark.parametrize(
    ("state", "remain", "expected"),
    [
        ("draft", 1, Phase.DRAFT),
        ("approved", 0, Phase.SOLD_OUT),
        ("paused", 1, Phase.PAUSED),
        ("cancelled", 1, Phase.CANCELLED),
        ("settled", 1, Phase.ENDED),
    ],
)
def test_the_stored_state_comes_before_the_clock(state: str, remain: int, expected: Phase) -> None:
    now = TIMES.starts_at + TICK
    assert phase(times=TIMES, state=state, remain=remain, now=now) == expected


def test_a_paused_sale_ends_by_the_clock() -> None:
    assert phase(times=TIMES, state="paused", remain=1, now=TIMES.ends_at) == Phase.ENDED


def test_the_next_change_is_what_a_countdown_runs_to() -> None:
    assert next_change(times=TIMES, now=OPENS - TICK) == OPENS
    assert next_change(times=TIMES, now=OPENS) == TIMES.reserve_closes_at
    assert next_change(times=TIMES, now=TIMES.ends_at) is None
