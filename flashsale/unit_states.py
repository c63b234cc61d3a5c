"""Where one numbered unit of a lot is. Conservation counts these against the claims."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from socialcommerce.lib import states


class UnitState(models.TextChoices):
    FREE = "free", _("Free")
    HELD = "held", _("Held")
    PAID = "paid", _("Paid")
    # Came back after the first sell-out: not sold to whoever happens to reload at that moment.
    POOLED = "pooled", _("Pooled")
    # Went back to the store's stock when the sale was settled or cancelled.
    RETURNED = "returned", _("Returned to stock")


TRANSITIONS: Final = states.table(
    UnitState,
    {
        # Pooled where nobody took it while its wave was open.
        UnitState.FREE: {UnitState.HELD, UnitState.POOLED, UnitState.RETURNED},
        UnitState.HELD: {UnitState.PAID, UnitState.FREE, UnitState.POOLED, UnitState.RETURNED},
        UnitState.POOLED: {UnitState.FREE, UnitState.HELD, UnitState.RETURNED},
        UnitState.PAID: {UnitState.FREE, UnitState.POOLED, UnitState.RETURNED},
        UnitState.RETURNED: set(),
    },
    initial=UnitState.FREE,
)
