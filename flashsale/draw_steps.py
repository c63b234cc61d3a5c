"""How far a draw has come: what a page that waits for it is told, and may show anew."""

from enum import IntEnum

from flashsale.models import Sale


class DrawStep(IntEnum):
    """A later one is greater, so that whoever hears an old answer knows it for one."""

    WAITING = 0  # for its moment, or for a secret
    SEEDED = 1
    DECIDED = 2


def of(sale: Sale) -> DrawStep:
    if sale.allocated_at is not None:
        return DrawStep.DECIDED
    return DrawStep.SEEDED if sale.seed else DrawStep.WAITING
