"""States of a hold: money set aside, then taken or given free, once."""

from enum import StrEnum

from socialcommerce.lib import states


class HoldState(StrEnum):
    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"


TRANSITIONS = states.table(
    HoldState,
    {
        HoldState.PENDING: {HoldState.POSTED, HoldState.VOIDED},
        HoldState.POSTED: set(),
        HoldState.VOIDED: set(),
    },
    initial=HoldState.PENDING,
)
