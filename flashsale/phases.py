"""Which phase a sale is in: a pure function of its times, its stored state, stock and the clock.

Nothing flips a phase and nothing stores one, so no task can be late or lost with it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _

from flashsale.sale_states import SaleState


class Phase(StrEnum):
    DRAFT = "draft"
    ANNOUNCED = "announced"
    RESERVING = "reserving"
    READY = "ready"
    LIVE = "live"
    SOLD_OUT = "sold_out"
    ENDED = "ended"
    PAUSED = "paused"
    CANCELLED = "cancelled"


WORDS: Final = {
    Phase.DRAFT: _("Draft"),
    Phase.ANNOUNCED: _("Announced"),
    Phase.RESERVING: _("Taking reservations"),
    Phase.READY: _("Reservations closed"),
    Phase.LIVE: _("Live"),
    Phase.SOLD_OUT: _("Sold out"),
    Phase.ENDED: _("Over"),
    Phase.PAUSED: _("Paused"),
    Phase.CANCELLED: _("Cancelled"),
}


@dataclass(frozen=True, slots=True)
class Times:
    """Half-open windows: each begins at its first moment and ends just before its last."""

    reserve_opens_at: datetime
    reserve_closes_at: datetime
    starts_at: datetime
    ends_at: datetime


def phase(*, times: Times, state: str, remain: int, now: datetime) -> Phase:
    """`remain` counts units that can still be claimed. One phase for every moment."""
    stored = {
        SaleState.DRAFT: Phase.DRAFT,
        SaleState.CANCELLED: Phase.CANCELLED,
        SaleState.SETTLED: Phase.ENDED,
    }.get(SaleState(state))
    if stored is not None:
        return stored
    if now >= times.ends_at:
        return Phase.ENDED
    return Phase.PAUSED if state == SaleState.PAUSED else _by_the_clock(times, remain, now)


def _by_the_clock(times: Times, remain: int, now: datetime) -> Phase:
    if now < times.reserve_opens_at:
        return Phase.ANNOUNCED
    if now < times.reserve_closes_at:
        return Phase.RESERVING
    if now < times.starts_at:
        return Phase.READY
    return Phase.LIVE if remain > 0 else Phase.SOLD_OUT


def next_change(*, times: Times, now: datetime) -> datetime | None:
    """When the clock alone will change the phase next; None after the end."""
    moments = (times.reserve_opens_at, times.reserve_closes_at, times.starts_at, times.ends_at)
    return next((moment for moment in moments if now < moment), None)
