"""States of a gift card. What is left on it says the ledger, not its state."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from socialcommerce.lib import states


class GiftCardState(models.TextChoices):
    ORDERED = "ordered", _("Not paid yet")
    DROPPED = "dropped", _("Never paid")
    ACTIVE = "active", _("Can be spent")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


TRANSITIONS: Final = states.table(
    GiftCardState,
    {
        GiftCardState.ORDERED: {GiftCardState.ACTIVE, GiftCardState.DROPPED},
        GiftCardState.DROPPED: set(),
        GiftCardState.ACTIVE: {GiftCardState.EXPIRED, GiftCardState.REVOKED},
        # What comes back to it after its time can be spent again for a while.
        GiftCardState.EXPIRED: {GiftCardState.ACTIVE, GiftCardState.REVOKED},
        GiftCardState.REVOKED: set(),
    },
    initial=GiftCardState.ORDERED,
)
ENDED: Final = frozenset({GiftCardState.EXPIRED, GiftCardState.REVOKED})
