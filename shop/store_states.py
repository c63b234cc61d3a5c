"""The life of a store: applied for by a person, opened and closed by an operator."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from socialcommerce.lib import states


class StoreState(models.TextChoices):
    APPLIED = "applied", _("Applied")
    APPROVED = "approved", _("Approved")
    SUSPENDED = "suspended", _("Suspended")


TRANSITIONS: Final = states.table(
    StoreState,
    {
        StoreState.APPLIED: {StoreState.APPROVED, StoreState.SUSPENDED},
        StoreState.APPROVED: {StoreState.SUSPENDED},
        StoreState.SUSPENDED: {StoreState.APPROVED},
    },
    initial=StoreState.APPLIED,
)
