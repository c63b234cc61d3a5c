"""When a time of day is, also on the days when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SECOND: Final = timedelta(seconds=1)


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """That time of that day in `zone`, in UTC.

    A time that the day does not have (02:30 when the clocks go forward at 02:00) is the first
    moment after the gap; one that it has twice (01:30 when they go back) is the first of the two.
    Source: PEP 495, in a gap fold=0 gives the offset before it and fold=1 the one after it.
    """
    local = datetime.combine(day, at, tzinfo=zone)
    first, second = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    return first if first <= second else _end_of_gap(second, first, zone)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment between the two at which the clocks went forward, to the second."""
    before, new_offset = before.replace(microsecond=0), after.astimezone(zone).utcoffset()
    low, high = 0, int((after - before) / SECOND)  # the old offset at low, the new one at high
    while high - low > 1:
        middle = (low + high) // 2
        if (before + middle * SECOND).astimezone(zone).utcoffset() == new_offset:
            high = middle
        else:
            low = middle
    return before + high * SECOND
