"""The life of a claim once PostgreSQL knows it. "In line" is before that, in Redis only."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from socialcommerce.lib import states


class ClaimState(models.TextChoices):
    HELD = "held", _("Held")
    PAYING = "paying", _("Being paid")
    PAID = "paid", _("Paid")
    REFUNDED = "refunded", _("Refunded")
    EXPIRED = "expired", _("Expired")
    NO_STOCK = "no_stock", _("No unit left")
    REFUSED = "refused", _("Refused")


TRANSITIONS: Final = states.table(
    ClaimState,
    {
        ClaimState.HELD: {
            ClaimState.PAYING,
            ClaimState.PAID,
            ClaimState.EXPIRED,
            ClaimState.NO_STOCK,
            ClaimState.REFUSED,
        },
        ClaimState.PAYING: {ClaimState.HELD, ClaimState.PAID, ClaimState.EXPIRED},
        ClaimState.PAID: {ClaimState.REFUNDED},
        # Money that comes late still buys the unit when one is free.
        ClaimState.EXPIRED: {ClaimState.HELD},
        ClaimState.REFUNDED: set(),
        ClaimState.NO_STOCK: set(),
        ClaimState.REFUSED: set(),
    },
    initial=ClaimState.HELD,
)

# A claim in one of these has a unit, and no other claim may have that unit.
LIVE: Final = (ClaimState.HELD, ClaimState.PAYING, ClaimState.PAID)
UNPAID: Final = (ClaimState.HELD, ClaimState.PAYING)
