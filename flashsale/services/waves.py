"""Announced waves: what was not paid comes back at a stated time to those who came and lost.

After the first sell-out a unit that comes back is pooled. When a wave opens, everything pooled
is free again and its gate lets in whoever came and never had a unit. It lasts as long as a hold
does; what nobody took is pooled again, for the next wave or for the waiting list.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from flashsale.gate.rebuild import Turn
from flashsale.models import Sale, Unit, Wave
from flashsale.services import acts, units
from flashsale.services.locking import lock_epoch
from flashsale.unit_states import TRANSITIONS, UnitState


def turn(sale: Sale, *, now: datetime) -> Turn | None:
    """What has to happen to the sale's units now, with its gate closed; None if nothing.

    A wave without anything to offer is noted as over, and costs nobody a closed gate. None opens
    while window or draw are undecided: they would give its units away as their own.
    """
    if now >= sale.ends_at or sale.is_undecided:
        return None
    wave = due(sale, now=now)
    if wave is not None and has_pooled(sale):
        return lambda current: begin(current, wave_id=wave.pk, now=now)
    if wave is not None:
        _pass_over(wave, now=now)
    if is_resting(sale, now=now) and units.any_free(sale):
        return pool_rest
    return None


def due(sale: Sale, *, now: datetime) -> Wave | None:
    """The wave whose announced time has come and that has not opened."""
    return sale.waves.filter(opened_at=None, opens_at__lte=now).order_by("number").first()


def coming(sale: Sale) -> Wave | None:
    """The next wave that has not opened."""
    return sale.waves.filter(opened_at=None).order_by("number").first()


def current(sale: Sale, *, now: datetime) -> Wave | None:
    """The wave that is open."""
    wave = sale.waves.filter(number=sale.wave).first() if sale.wave else None
    return wave if wave is not None and now < over_at(sale, wave) else None


def over_at(sale: Sale, wave: Wave) -> datetime:
    """When what is left of an open wave is pooled again; for one to come, at the earliest."""
    return (wave.opened_at or wave.opens_at) + timedelta(seconds=sale.hold_seconds)


def is_resting(sale: Sale, *, now: datetime) -> bool:
    """Sold out once and no wave open: whatever comes back waits, and nobody may claim."""
    return sale.sold_out_at is not None and current(sale, now=now) is None


def list_is_open(sale: Sale, *, now: datetime) -> bool:
    """Whether returned units go to the waiting list: sold out, and no wave open or to come."""
    return now < sale.ends_at and is_resting(sale, now=now) and coming(sale) is None


def has_pooled(sale: Sale) -> bool:
    return Unit.objects.filter(sale=sale, state=UnitState.POOLED).exists()


def begin(sale: Sale, *, wave_id: int, now: datetime) -> None:
    """The wave is open and everything pooled is free. A wave opens once.

    Opens the transaction; locks the sale, then the units. Raises StaleEpoch.
    """
    with transaction.atomic(durable=True):
        sale = lock_epoch(sale.pk, sale.epoch)
        wave = Wave.objects.select_for_update(no_key=True).get(pk=wave_id)
        if wave.opened_at is not None:
            return
        wave.units = _move_all(sale, UnitState.POOLED, UnitState.FREE)
        wave.opened_at = now
        wave.save(update_fields=["units", "opened_at"])
        sale.wave = wave.number
        sale.save(update_fields=["wave"])
        detail = {"number": wave.number, "units": wave.units}
        acts.log(sale, kind="wave", by=None, detail=detail, now=now)


def pool_rest(sale: Sale) -> None:
    """What nobody took of a wave is pooled. Opens the transaction. Raises StaleEpoch."""
    with transaction.atomic(durable=True):
        sale = lock_epoch(sale.pk, sale.epoch)
        _move_all(sale, UnitState.FREE, UnitState.POOLED)


def stand_still(sale: Sale, *, since: datetime, until: datetime) -> None:
    """The wave that was open when the sale was paused has the time that it had left."""
    wave = current(sale, now=since)
    if wave is not None:
        Wave.objects.filter(pk=wave.pk).update(opened_at=F("opened_at") + (until - since))


def _pass_over(wave: Wave, *, now: datetime) -> None:
    Wave.objects.filter(pk=wave.pk, opened_at=None).update(opened_at=now)


def _move_all(sale: Sale, old: UnitState, new: UnitState) -> int:
    TRANSITIONS.check(old, new)
    return Unit.objects.filter(sale=sale, state=old).update(state=new)
