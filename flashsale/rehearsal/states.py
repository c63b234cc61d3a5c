"""The life of a rehearsal: asked for, played by a worker, ended with a verdict or a reason."""

from enum import StrEnum
from typing import Final

from socialcommerce.lib import states


class RehearsalState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


TRANSITIONS: Final = states.table(
    RehearsalState,
    {
        RehearsalState.WAITING: {RehearsalState.RUNNING, RehearsalState.FAILED},
        RehearsalState.RUNNING: {RehearsalState.DONE, RehearsalState.FAILED},
        RehearsalState.DONE: set(),
        RehearsalState.FAILED: set(),
    },
    initial=RehearsalState.WAITING,
)
OPEN: Final = (RehearsalState.WAITING, RehearsalState.RUNNING)
