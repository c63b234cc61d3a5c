"""A person's own money on its way back to the cards that it came from."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.cash_out_states import CashOutState


class CashOut(models.Model):
    """Its parts are refunds of top-ups (`Refund.cash_out`), one for each top-up it reaches."""

    profile = models.ForeignKey(
        "accounts.Profile",
        on_delete=models.PROTECT,
        related_name="cash_outs",
        db_index=False,  # found by the index of payments_cash_out_key
        verbose_name=_("person"),
    )
    amount_minor = models.BigIntegerField()
    returned_minor = models.BigIntegerField(
        default=0, help_text=_("Of the amount: in the wallet again, because a card refused it.")
    )
    currency = models.CharField(max_length=3)
    key = models.CharField(max_length=100)
    state = models.CharField(_("state"), max_length=10, default=CashOutState.CREATED.value)
    created_at = models.DateTimeField(_("created"))
    settled_at = models.DateTimeField(_("settled"), null=True)

    class Meta:
        verbose_name = _("cash-out")
        verbose_name_plural = _("cash-outs")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["profile", "key"], name="payments_cash_out_key"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, returned_minor__gte=0)
                & Q(returned_minor__lte=F("amount_minor")),
                name="payments_cash_out_amount",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in CashOutState]),
                name="payments_cash_out_state",
            ),
            models.CheckConstraint(
                condition=~Q(state=CashOutState.FAILED.value) | Q(returned_minor=F("amount_minor")),
                name="payments_cash_out_failed_is_back",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id}: {self.amount_minor} {self.currency} {self.state}"
