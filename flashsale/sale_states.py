"""What is stored of a sale. Everything else (announced, live, over) follows from the clock."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from socialcommerce.lib import states


class SaleState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    PAUSED = "paused", _("Paused")
    CANCELLED = "cancelled", _("Cancelled")
    SETTLED = "settled", _("Settled")


TRANSITIONS: Final = states.table(
    SaleState,
    {
        SaleState.DRAFT: {SaleState.APPROVED, SaleState.CANCELLED},
        SaleState.APPROVED: {SaleState.PAUSED, SaleState.CANCELLED, SaleState.SETTLED},
        SaleState.PAUSED: {SaleState.APPROVED, SaleState.CANCELLED},
        SaleState.CANCELLED: set(),
        SaleState.SETTLED: set(),
    },
    initial=SaleState.DRAFT,
)
