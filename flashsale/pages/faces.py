"""Which face the sale's page shows: one for each thing that a person may want at a moment."""

from enum import StrEnum
from typing import Final

from flashsale.claim_states import LIVE, ClaimState
from flashsale.models import Claim, Reservation
from flashsale.pages.second_chances import Chances
from flashsale.phases import Phase
from flashsale.selectors import SaleView
from flashsale.standings import IN_LINE, UNDER_WAY, Standing


class Face(StrEnum):
    """One template each in templates/flashsale/faces/."""

    ANNOUNCED = "announced"
    RESERVE = "reserve"
    RESERVED = "reserved"
    READY = "ready"
    WATCH = "watch"
    LIVE = "live"
    UNDER_WAY = "under_way"
    HELD = "held"
    PAID = "paid"
    WAVE = "wave"
    LOST = "lost"
    OVER = "over"


# The faces of somebody who has nothing in the sale, by its phase.
STRANGER: Final = {
    Phase.ANNOUNCED: Face.ANNOUNCED,
    Phase.RESERVING: Face.RESERVE,
    Phase.READY: Face.WATCH,
    Phase.LIVE: Face.WATCH,
    Phase.PAUSED: Face.WATCH,
    Phase.SOLD_OUT: Face.LOST,
    Phase.ENDED: Face.OVER,
    Phase.CANCELLED: Face.OVER,
}
RESERVER: Final = {
    **STRANGER,
    Phase.RESERVING: Face.RESERVED,
    Phase.READY: Face.READY,
    Phase.LIVE: Face.LIVE,
}
OF_CLAIM: Final = {
    ClaimState.HELD: Face.HELD,
    ClaimState.PAYING: Face.UNDER_WAY,
    ClaimState.PAID: Face.PAID,
    ClaimState.REFUNDED: Face.OVER,
    ClaimState.EXPIRED: Face.LOST,
    ClaimState.NO_STOCK: Face.LOST,
    ClaimState.REFUSED: Face.LOST,
}

# Where a draw says something else: nobody presses a button, and weight decides. One template each
# in templates/flashsale/draws/.
OF_DRAW: Final = {
    Face.ANNOUNCED,
    Face.RESERVE,
    Face.RESERVED,
    Face.READY,
    Face.WATCH,
    Face.LIVE,
    Face.LOST,
    Face.OVER,
}


def of(
    sale: SaleView,
    *,
    reservation: Reservation | None,
    claims: tuple[Claim, ...],
    chances: Chances | None,
    standing: Standing,
) -> Face:
    """`claims` has none that was refused, what asks for money first."""
    if sale.phase == Phase.CANCELLED:
        return Face.OVER
    if reservation is None:
        if chances is not None:
            return Face.LOST
        reserving = standing == Standing.RECEIVED
        return Face.UNDER_WAY if reserving else STRANGER[sale.phase]
    waits_for_more = standing in IN_LINE and claims and claims[0].state == ClaimState.PAID
    if claims and claims[0].state in LIVE and not waits_for_more:
        return OF_CLAIM[ClaimState(claims[0].state)]
    if standing == Standing.DRAWING:
        return Face.LIVE
    if standing in UNDER_WAY:
        return Face.UNDER_WAY
    if chances is not None:
        return Face.WAVE if chances.is_wave_open and chances.is_invited else Face.LOST
    return OF_CLAIM[ClaimState(claims[0].state)] if claims else RESERVER[sale.phase]
