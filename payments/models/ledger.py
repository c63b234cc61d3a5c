"""The ledger: accounts, transactions, transfers of two legs, accruals, holds.

Rows of LedgerTransaction and Transfer are written once, by services.ledger alone; triggers
(migration 0002) refuse every change and every line that comes after its transaction ended.
docs/ledger.md has the chart of accounts.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.hold_states import HoldState


class AccountKind(models.TextChoices):
    WALLET = "wallet", _("Wallet")
    ESCROW = "escrow", _("Escrow")
    RESERVE = "reserve", _("Reserve")
    FEES = "fees", _("Fees")
    COSTS = "costs", _("Costs")
    CLEARING = "clearing", _("Card clearing")
    BANK = "bank", _("The site's bank")
    EQUITY = "equity", _("Site equity")
    RECEIVABLE = "receivable", _("Owed to the site")
    GIFT_CARD = "gift_card", _("Gift card")
    MARKETING = "marketing", _("Given away by the site")


class Account(models.Model):
    """Holds one currency for one owner ("profile:77", "site", "stripe").

    An account that `accrues` takes its credits (and, without a floor, its debits) as Accrual
    rows, so that thousands may pay one store without queueing for this row. Its balance is
    posted_minor plus the accruals that are not folded yet.
    """

    owner = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=AccountKind)
    currency = models.CharField(max_length=3)
    posted_minor = models.BigIntegerField(default=0)
    held_minor = models.BigIntegerField(default=0)
    floor_minor = models.BigIntegerField(null=True, help_text=_("Lowest balance; empty is none."))
    accrues = models.BooleanField(default=False)
    # Of a wallet that its person closed: empty, and open again with the first money that comes.
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "kind", "currency"], name="payments_account_owner_kind_currency"
            ),
            # What the composite foreign keys of transfers point at.
            models.UniqueConstraint(fields=["id", "currency"], name="payments_account_id_currency"),
            models.CheckConstraint(
                condition=Q(floor_minor__isnull=True)
                | Q(posted_minor__gte=F("floor_minor") + F("held_minor")),
                name="payments_account_floor",
            ),
            models.CheckConstraint(condition=Q(held_minor__gte=0), name="payments_account_held"),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="payments_account_currency"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(posted_minor=0, held_minor=0),
                name="payments_account_closed_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner}:{self.kind} {self.currency}"


class LedgerTransaction(models.Model):
    """One business fact. UNIQUE (scope, key) for ever: the same fact is never booked twice."""

    kind = models.CharField(max_length=24)
    scope = models.CharField(max_length=24)
    key = models.CharField(max_length=100)
    request_hash = models.CharField(max_length=64)
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversed_by"
    )
    memo = models.CharField(max_length=140, blank=True)
    # How many transfers it was written with; the proof counts them again.
    leg_count = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scope", "key"], name="payments_transaction_key"),
            models.CheckConstraint(condition=Q(leg_count__gt=0), name="payments_transaction_legs"),
        ]
        verbose_name = _("ledger transaction")

    def __str__(self) -> str:
        return f"{self.kind} {self.scope}/{self.key}"


class Transfer(models.Model):
    """An amount that left one account and reached another: balanced by construction.

    The foreign keys to accounts stand in migration 0002, each together with the currency.
    """

    transaction = models.ForeignKey(
        LedgerTransaction, on_delete=models.PROTECT, related_name="transfers"
    )
    from_account = models.ForeignKey(
        Account,
        on_delete=models.DO_NOTHING,
        related_name="debits",
        db_constraint=False,
        db_index=False,
    )
    to_account = models.ForeignKey(
        Account,
        on_delete=models.DO_NOTHING,
        related_name="credits",
        db_constraint=False,
        db_index=False,
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="payments_transfer_amount"
            ),
            models.CheckConstraint(
                condition=~Q(from_account=F("to_account")), name="payments_transfer_two_accounts"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["from_account", "id"], name="payments_transfer_from"),
            models.Index(fields=["to_account", "id"], name="payments_transfer_to"),
        ]

    def __str__(self) -> str:
        return f"{self.from_account_id} > {self.to_account_id}: {self.amount_minor}"


class Accrual(models.Model):
    """What an accruing account's balance has yet to take in; folding removes the row.

    Nothing is lost with it: the transfers are the record, this is their sum in waiting.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="accruals")
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="payments_accrual_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.amount_minor}"


class Hold(models.Model):
    """Money set aside: pending, then posted (it moved) or voided (it is free again)."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=8, default=HoldState.PENDING.value)
    key = models.CharField(max_length=100, unique=True)
    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_hold_amount"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in HoldState]),
                name="payments_hold_state",
            ),
            models.CheckConstraint(
                condition=Q(transaction__isnull=False, state=HoldState.POSTED.value)
                | (Q(transaction__isnull=True) & ~Q(state=HoldState.POSTED.value)),
                name="payments_hold_posted",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at"],
                condition=Q(state=HoldState.PENDING.value),
                name="payments_hold_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.amount_minor} {self.state}"


class LedgerDifference(models.Model):
    """Something the proof of the books found; an operator works it off, nothing repairs itself."""

    kind = models.CharField(max_length=24)
    subject = models.CharField(max_length=80)
    expected = models.CharField(max_length=80)
    actual = models.CharField(max_length=80)
    found_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True, help_text=_("Why it is worked off."))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(resolved_at__isnull=True),
                name="payments_difference_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
