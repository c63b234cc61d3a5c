"""The life of an order: every state, and every move that is allowed."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from socialcommerce.lib import states


class OrderState(models.TextChoices):
    AWAITING_PAYMENT = "awaiting_payment", _("Awaiting payment")
    PAID = "paid", _("Paid")
    SHIPPED = "shipped", _("Shipped")
    COMPLETED = "completed", _("Completed")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")


TRANSITIONS: Final = states.table(
    OrderState,
    {
        OrderState.AWAITING_PAYMENT: {OrderState.PAID, OrderState.EXPIRED, OrderState.CANCELLED},
        OrderState.PAID: {OrderState.SHIPPED, OrderState.CANCELLED},
        OrderState.SHIPPED: {OrderState.COMPLETED},
        # Money that arrives too late revives a sale's order whose unit is still free.
        OrderState.EXPIRED: {OrderState.PAID},
        OrderState.COMPLETED: set(),
        OrderState.CANCELLED: set(),
    },
    initial=OrderState.AWAITING_PAYMENT,
)
