"""What Stripe's own list says moved on the site's balance there: each line once, day by day.

Lines are kept as they were first told (triggers of migration 0012); only `transaction` is filled
in later. Differences are rows of LedgerDifference, as those of the nightly proof.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class BalanceDay(models.Model):
    """A day of Stripe's list, in UTC as Stripe's own reports; read to its end at `completed_at`."""

    day = models.DateField(unique=True)
    began_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.day.isoformat()


class BalanceLine(models.Model):
    """One balance transaction. `type` and `category` are Stripe's words; `source_id` is what moved
    (a charge, a refund, a transfer), `parent_id` what that belongs to (a PaymentIntent, say).

    Signed as at Stripe: above zero is money that came in. `net_minor` is what the balance there
    changed by. `transaction` is of the same in the ledger, once it was found there; one may have
    several lines, a cash-out to two cards say.
    """

    stripe_id = models.CharField(max_length=80, unique=True)
    type = models.CharField(max_length=60)
    category = models.CharField(max_length=60)
    source_id = models.CharField(max_length=80, blank=True)
    parent_id = models.CharField(max_length=80, blank=True)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    made_at = models.DateTimeField()
    available_at = models.DateTimeField()
    raw = models.JSONField()
    stored_at = models.DateTimeField()
    transaction = models.ForeignKey(
        "payments.LedgerTransaction",
        on_delete=models.PROTECT,
        null=True,
        related_name="balance_lines",
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["id"], condition=Q(transaction__isnull=True), name="payments_line_unmatched"
            ),
            models.Index(fields=["made_at"], name="payments_line_made"),
        ]

    def __str__(self) -> str:
        return f"{self.stripe_id} {self.type}"
