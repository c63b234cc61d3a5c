"""What is left for somebody without a unit once a sale has sold out: a wave, the list, nothing."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flashsale.gate.keys import Keys
from flashsale.models import Reservation, Sale, SaleKind, WaitingPlace, Wave
from flashsale.services import attendance, waiting, waves
from socialcommerce.lib import redis

logger = logging.getLogger(__name__)

# A gate is loaded anew for a wave, which may take some seconds with a million people.
ASKS_AGAIN: Final = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Chances:
    """`opens_at` of the next wave, `over_at` of the one that is open; `ahead` is how many wait
    before this person, None for whoever is not on the list. `may_come`: who presses before the
    first wave has come, though nothing was left, and is invited to it.
    """

    is_draw: bool
    wave: int
    opens_at: datetime | None
    over_at: datetime | None
    is_invited: bool
    may_come: bool
    list_is_open: bool
    ahead: int | None
    may_join: bool
    server_now: datetime

    @property
    def is_wave_open(self) -> bool:
        return self.over_at is not None

    @property
    def changes_at(self) -> datetime:
        """When the page asks again: as the wave comes or goes, or soon where it is late."""
        moment = self.over_at or self.opens_at or self.server_now
        return max(moment, self.server_now + ASKS_AGAIN)

    @property
    def left(self) -> timedelta:
        return self.changes_at - self.server_now

    @property
    def position(self) -> int:
        """On the list, counted from 1; 0 for nobody."""
        return 0 if self.ahead is None else self.ahead + 1


def of(
    sale_id: int, *, reservation: Reservation | None, had_unit: bool, now: datetime
) -> Chances | None:
    """None while the sale has not sold out. At most six queries and one question to the gate."""
    sale = Sale.objects.get(pk=sale_id)
    if sale.sold_out_at is None:
        return None
    current, coming = waves.current(sale, now=now), waves.coming(sale)
    place = _place(sale, reservation)
    list_is_open = current is None and coming is None and now < sale.ends_at
    is_draw, loser = sale.kind == SaleKind.DRAW, None if had_unit else reservation
    is_invited = loser is not None and _came(sale, loser.number)
    return Chances(
        is_draw=is_draw,
        wave=_number(current or coming),
        opens_at=coming.opens_at if coming else None,
        over_at=waves.over_at(sale, current) if current else None,
        is_invited=is_invited,
        may_come=loser is not None
        and coming is not None
        and not (is_invited or is_draw or sale.wave),
        list_is_open=list_is_open,
        ahead=waiting.ahead_of(place) if place and place.offered_at is None else None,
        may_join=list_is_open and reservation is not None and place is None,
        server_now=now,
    )


def _number(wave: Wave | None) -> int:
    return wave.number if wave else 0


def _place(sale: Sale, reservation: Reservation | None) -> WaitingPlace | None:
    return WaitingPlace.objects.filter(reservation=reservation).first() if reservation else None


def _came(sale: Sale, number: int) -> bool:
    """The gate knows it at once, PostgreSQL some seconds later and for ever."""
    try:
        if redis.gate().getbit(Keys(sale.pk).came, number - 1):
            return True
    except redis.RedisError as error:
        logger.info("Sale %s: the gate could not be asked who came: %s", sale.pk, error)
    return attendance.came(sale.pk, number=number)
