"""A merchant's money after the sale: on which terms, kept back for a while, paid out to a bank."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.payout_states import OPEN, PayoutState


def site_currency() -> str:
    """For a migration, whose defaults may not be settings."""
    return settings.SITE_CURRENCY


class PayoutEvery(models.TextChoices):
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every Monday")
    MONTHLY = "monthly", _("On the first of each month")
    MANUAL = "manual", _("Only when I ask for it")


class MerchantTerms(models.Model):
    """When a payee is paid out, and what is kept back. Days are the site's time zone's."""

    profile = models.OneToOneField(
        "accounts.Profile",
        on_delete=models.PROTECT,
        related_name="merchant_terms",
        verbose_name=_("store"),
    )
    currency = models.CharField(
        _("currency"), max_length=3, default=site_currency, help_text=_("Sold and paid out in it.")
    )
    payout_every = models.CharField(
        _("paid out"), max_length=8, choices=PayoutEvery, default=PayoutEvery.WEEKLY
    )
    # The day on which the next run looks at this payee; none where payouts are asked for.
    next_run_on = models.DateField(_("next payout"), null=True)
    minimum_minor = models.BigIntegerField(
        _("smallest payout"), default=0, help_text=_("Less stays in the wallet until later.")
    )
    is_held = models.BooleanField(_("payouts are held"), default=False)
    hold_reason = models.CharField(_("why held"), max_length=200, blank=True, default="")
    reserve_basis_points = models.PositiveIntegerField(
        _("reserve"), default=0, help_text=_("Hundredths of a percent of each sale's proceeds.")
    )
    reserve_days = models.PositiveSmallIntegerField(_("kept for (days)"), default=0)
    reserve_until = models.DateTimeField(
        _("from sales until"), null=True, help_text=_("Later sales have no reserve; empty: none.")
    )
    changed_by = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("money")
        verbose_name_plural = _("money")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(minimum_minor__gte=0), name="payments_terms_minimum"
            ),
            models.CheckConstraint(
                condition=Q(reserve_basis_points__lte=10_000), name="payments_terms_reserve"
            ),
            models.CheckConstraint(
                condition=Q(is_held=False, hold_reason="") | (Q(is_held=True) & ~Q(hold_reason="")),
                name="payments_terms_hold_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(payout_every=PayoutEvery.MANUAL, next_run_on__isnull=True)
                | (~Q(payout_every=PayoutEvery.MANUAL) & Q(next_run_on__isnull=False)),
                name="payments_terms_next_run",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_run_on"], condition=Q(is_held=False), name="payments_terms_due"
            ),
        ]

    def __str__(self) -> str:
        return str(self.profile)


class ConnectState(models.TextChoices):
    BEGUN = "begun", _("Begun")  # something is still asked for
    ENABLED = "enabled", _("Ready")
    RESTRICTED = "restricted", _("Restricted")  # it was further, or something is past its time
    REJECTED = "rejected", _("Refused")


class ConnectAccount(models.Model):
    """A payee's own account at Stripe, from which its bank is paid. Our row comes first."""

    profile = models.OneToOneField(
        "accounts.Profile",
        on_delete=models.PROTECT,
        related_name="connect_account",
        verbose_name=_("store"),
    )
    stripe_id = models.CharField(max_length=80, null=True, unique=True)  # noqa: DJ001  unique
    # As they were first sent, so that what is sent again under the key is the same.
    country = models.CharField(max_length=2)
    email = models.EmailField()
    state = models.CharField(max_length=10, choices=ConnectState, default=ConnectState.BEGUN)
    charges_enabled = models.BooleanField(default=False)
    payouts_enabled = models.BooleanField(default=False)
    details_submitted = models.BooleanField(default=False)
    # {"missing": Stripe's names, "disabled_reason": ""}; `gateway.connect_words` has the words.
    requirements = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(payouts_enabled=False) | Q(stripe_id__isnull=False),
                name="payments_connect_enabled_is_there",
            ),
        ]

    def __str__(self) -> str:
        return self.stripe_id or f"account {self.pk}"


class Reserve(models.Model):
    """A part of a sale's proceeds that reaches the payee's wallet later."""

    payee = models.ForeignKey("accounts.Profile", on_delete=models.PROTECT, related_name="reserves")
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, related_name="reserves"
    )
    key = models.CharField(max_length=100, unique=True)  # that of the release it was kept from
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()
    release_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_reserve_amount"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["release_at"],
                condition=Q(released_at__isnull=True),
                name="payments_reserve_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id}: {self.amount_minor} {self.currency}"


class Payout(models.Model):
    """Money on its way from a payee's wallet to a bank, committed before Stripe hears of it."""

    payee = models.ForeignKey(
        "accounts.Profile",
        on_delete=models.PROTECT,
        related_name="payouts",
        verbose_name=_("store"),
    )
    account = models.ForeignKey(ConnectAccount, on_delete=models.PROTECT, related_name="payouts")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    run_on = models.DateField(_("day"), help_text=_("The run's, in the site's time zone."))
    attempt = models.PositiveSmallIntegerField(default=1)  # an operator's retries count on
    state = models.CharField(_("state"), max_length=10, default=PayoutState.CREATED.value)
    transfer_id = models.CharField(max_length=80, null=True, unique=True)  # noqa: DJ001  unique
    # How often Stripe has said "not now": a refusal is remembered under its key.
    refusals = models.PositiveSmallIntegerField(default=0)
    payout_id = models.CharField(max_length=80, null=True, unique=True)  # noqa: DJ001  unique
    reversal_id = models.CharField(max_length=80, null=True, unique=True)  # noqa: DJ001  unique
    failure_code = models.CharField(_("why it failed"), max_length=60, blank=True, default="")
    trouble = models.CharField(
        _("trouble"), max_length=140, blank=True, default="", help_text=_("What Stripe said last.")
    )
    drive_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("created"))
    settled_at = models.DateTimeField(_("settled"), null=True)

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["payee", "currency", "run_on", "attempt"], name="payments_payout_once_a_day"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_payout_amount"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in PayoutState]),
                name="payments_payout_state",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[PayoutState.SENT.value, PayoutState.PAID.value])
                | Q(transfer_id__isnull=False, payout_id__isnull=False),
                name="payments_payout_sent_is_there",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["drive_at"],
                condition=Q(state__in=sorted(state.value for state in OPEN)),
                name="payments_payout_to_drive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_on}: {self.amount_minor} {self.currency} {self.state}"
