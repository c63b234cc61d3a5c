"""Which days of Stripe's list are read, and what comes of it. The beat's and the command's way in.

A day is read once it is over, and again on each of the next days: Stripe may list a line late.
"""

import itertools
import logging
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from payments import gateway
from payments.models import BalanceDay, Payment
from payments.services.proof import Difference
from payments.services.reconciling import differences, explaining, matching, reading

logger = logging.getLogger(__name__)

LOOK_BACK: Final = timedelta(days=3)
MIDNIGHT: Final = time(tzinfo=UTC)


def run_due(*, now: datetime, limit: int) -> int:
    """Up to `limit` days that are due are read, the oldest first, and all differences are rows;
    how many days were read to their end. Without Stripe the rest waits for the next run.
    """
    wanted = due(now=now)[:limit]
    read = 0
    found: list[Difference] = []
    for day in wanted:
        try:
            found += _read(day, now)
        except gateway.GatewayError as error:
            logger.warning("Stripe's list of %s waits for the next run: %s", day, error)
            break
        read += 1
    if wanted:
        _settle(found, now)
    return read


def run(day: date, *, now: datetime) -> int:
    """That day is read, however often before, and all differences are rows; how many are new.

    Talks to Stripe, outside any transaction. Raises the gateway's errors; what was read until
    then stays. A day that is not over is read so far, and read again.
    """
    return _settle(_read(day, now), now)


def due(*, now: datetime) -> list[date]:
    """Days since the first card payment that are over and not read to their end, and the last ones
    once more each day. The oldest first.
    """
    read, today = _read_days(), now.astimezone(UTC).date()
    return [day for day in _days_before(today) if _is_due(day, read.get(day), today)]


def read_until(*, now: datetime) -> datetime | None:
    """The moment up to which every day was read to its end; None before the first."""
    read = _read_days()
    days = list(itertools.takewhile(read.__contains__, _days_before(now.astimezone(UTC).date())))
    return datetime.combine(days[-1] + timedelta(days=1), MIDNIGHT) if days else None


def _days_before(today: date) -> list[date]:
    """From that of the first card payment, in UTC: its row is older than anything at Stripe."""
    by_card = Payment.objects.filter(method=Payment.Method.CARD).order_by("pk")
    first = by_card.values_list("created_at", flat=True).first()
    if first is None:
        return []
    day = first.astimezone(UTC).date()
    return [day + timedelta(days=n) for n in range((today - day).days)]


def _read_days() -> dict[date, datetime]:
    rows = BalanceDay.objects.values_list("day", "completed_at")
    return {day: completed_at for day, completed_at in rows if completed_at is not None}


def _is_due(day: date, completed_at: datetime | None, today: date) -> bool:
    if completed_at is None:
        return True
    return today - day <= LOOK_BACK and completed_at.astimezone(UTC).date() < today


def _read(day: date, now: datetime) -> list[Difference]:
    row, _made = BalanceDay.objects.get_or_create(day=day, defaults={"began_at": now})
    try:
        found = reading.read(day, now=now)
    except gateway.GatewayError as error:
        BalanceDay.objects.filter(pk=row.pk).update(trouble=str(error)[:200])
        raise
    is_over = now >= datetime.combine(day + timedelta(days=1), MIDNIGHT)
    BalanceDay.objects.filter(pk=row.pk).update(
        trouble="", completed_at=now if is_over else row.completed_at
    )
    return found


def _settle(found: list[Difference], now: datetime) -> int:
    """What was read is matched, and what is left is explained."""
    matching.match()
    until = read_until(now=now)
    if until is not None:
        found = [*found, *explaining.find(read_until=until)]
    return differences.record(found, now=now)
