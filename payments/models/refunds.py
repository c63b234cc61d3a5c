"""A refund: committed before Stripe hears of it, so that no answer can be lost."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.refund_states import RefundState


class Refund(models.Model):
    class To(models.TextChoices):
        CARD = "card", _("Card")
        WALLET = "wallet", _("Wallet")
        GIFT_CARD = "gift_card", _("Gift card")

    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, related_name="refunds"
    )
    # Of a top-up that its person cashes out; none for what a payee gives back.
    cash_out = models.ForeignKey(
        "payments.CashOut", on_delete=models.PROTECT, related_name="parts", null=True
    )
    amount_minor = models.BigIntegerField()
    # Where the amount came from; the rest of it out of escrow. A failure goes the same way back.
    clawed_minor = models.BigIntegerField(
        default=0, db_default=0, help_text=_("Taken back from the payee and the site's fee.")
    )
    fee_minor = models.BigIntegerField(
        default=0, db_default=0, help_text=_("The site's share of what was taken back.")
    )
    to = models.CharField(max_length=9, choices=To)
    reason = models.CharField(max_length=140)
    key = models.CharField(max_length=100)
    state = models.CharField(max_length=10, default=RefundState.PENDING.value)
    stripe_id = models.CharField(max_length=80, null=True, unique=True)  # noqa: DJ001  unique
    failure_reason = models.CharField(max_length=140, blank=True)
    drive_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            # One refund may go to several places, a row each.
            models.UniqueConstraint(fields=["payment", "key", "to"], name="payments_refund_key"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_refund_amount"),
            models.CheckConstraint(
                condition=Q(
                    fee_minor__gte=0,
                    clawed_minor__gte=F("fee_minor"),
                    clawed_minor__lte=F("amount_minor"),
                ),
                name="payments_refund_parts",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in RefundState]),
                name="payments_refund_state",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["drive_at"],
                condition=Q(state=RefundState.PENDING.value),
                name="payments_refund_to_drive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id}: {self.amount_minor} {self.state}"
