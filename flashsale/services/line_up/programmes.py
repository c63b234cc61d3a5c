"""The line-up's slots: written ahead of time from the programmes, watched for empty ones."""

import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from flashsale.local_time import moment_of
from flashsale.models import Programme, Slot
from flashsale.services.line_up import news

logger = logging.getLogger(__name__)

DAYS_AHEAD: Final = 14
ALARMS_AT_ONCE: Final = 100


def plan(*, now: datetime) -> int:
    """Every active programme has a slot for each of its days, today and DAYS_AHEAD days more; how
    many are new. Nothing is written for what is past.

    Empty slots that no longer fit their programme are moved or gone; one with a sale stays as it
    was announced. Repeatable, several at once do no harm; a day that fails is logged and keeps
    no other day or programme waiting. At most DAYS_AHEAD + 1 rows a programme.
    """
    return sum(_plan(programme, now=now) for programme in Programme.objects.order_by("pk"))


def alarm(*, now: datetime) -> int:
    """Operators know of each slot that is still empty LINE_UP_ALARM_HOURS before it starts, once;
    how many slots. At most ALARMS_AT_ONCE.
    """
    until = now + timedelta(hours=settings.LINE_UP_ALARM_HOURS)
    empty = Slot.objects.empty().filter(starts_at__gt=now, starts_at__lte=until, alarmed_at=None)
    ids = list(empty.order_by("starts_at").values_list("pk", flat=True)[:ALARMS_AT_ONCE])
    return sum(_alarm(slot_id, now=now) for slot_id in ids)


def _alarm(slot_id: int, *, now: datetime) -> bool:
    """False where somebody filled the slot or sounded its alarm while we came, or it failed."""
    try:
        with transaction.atomic():
            # Locked alone: a row that is joined while it is locked may be older than the lock.
            slot = Slot.objects.select_for_update(no_key=True).get(pk=slot_id)
            if slot.alarmed_at is not None or not slot.is_empty:
                return False
            Slot.objects.filter(pk=slot.pk).update(alarmed_at=now)
            news.slot_is_empty(slot, now=now)
    except Exception:
        logger.exception("Slot %s sounded no alarm; it is tried again", slot_id)
        return False
    return True


def _plan(programme: Programme, *, now: datetime) -> int:
    """How many of its days got a slot."""
    try:
        wanted = dict(_moments(programme, now=now)) if programme.is_active else {}
        _tidy(programme, wanted, now=now)
        there = set(Slot.objects.filter(programme=programme).values_list("day", flat=True))
    except Exception:
        logger.exception("Programme %s could not be planned; it is tried again", programme.pk)
        return 0
    missing = [day for day in wanted if day not in there]
    return sum(_add(programme, day, wanted[day]) for day in missing)


def _moments(programme: Programme, *, now: datetime) -> Iterator[tuple[date, datetime]]:
    """Its days with their moments, those that are still to come."""
    zone = ZoneInfo(settings.TIME_ZONE)
    today = timezone.localdate(now, zone)
    for ahead in range(DAYS_AHEAD + 1):
        day = today + timedelta(days=ahead)
        moment = moment_of(day, programme.local_time, zone)
        if programme.weekdays >> day.weekday() & 1 and moment > now:
            yield day, moment


def _add(programme: Programme, day: date, moment: datetime) -> int:
    """One day by itself; 0 where a rival was here first or the day failed."""
    try:
        with transaction.atomic():
            _slot, is_new = Slot.objects.get_or_create(
                programme=programme, day=day, defaults={"starts_at": moment}
            )
    except Exception:
        logger.exception("Programme %s has no slot on %s; it is tried again", programme.pk, day)
        return 0
    return int(is_new)


def _tidy(programme: Programme, wanted: dict[date, datetime], *, now: datetime) -> None:
    """Empty slots to come stand where the programme now says. Locks them."""
    with transaction.atomic():
        coming = Slot.objects.filter(programme=programme, sale=None, starts_at__gt=now)
        for slot in coming.select_for_update().order_by("pk"):
            moment = wanted.get(slot.day)
            if moment is None:
                slot.delete()
            elif moment != slot.starts_at:
                Slot.objects.filter(pk=slot.pk).update(starts_at=moment, alarmed_at=None)
