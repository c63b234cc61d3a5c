"""A dispute: the holder of a card has asked the bank to take a payment back."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.dispute_states import OPEN, WAITING, DisputeState


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def standing(self) -> "DisputeQuerySet":
        """Those whose money is away: at the bank, or the buyer's for good."""
        return self.filter(taken_at__isnull=False, returned_at__isnull=True)

    def unanswered(self) -> "DisputeQuerySet":
        """The bank waits for a word, and nobody has given one."""
        return self.filter(state__in=WAITING, answer="")

    def due_within(self, until: datetime, *, now: datetime) -> "DisputeQuerySet":
        """Unanswered, with a deadline that is still ahead and before `until`."""
        return self.unanswered().filter(due_by__gt=now, due_by__lte=until)


class Dispute(models.Model):
    """`evidence` is what the apps above know of the sale, by the names of evidence.Evidence;
    `statement` what the store has to say. Nothing reaches the bank before `answer` is set.
    """

    class Answer(models.TextChoices):
        NONE = "", _("None yet")
        EVIDENCE = "evidence", _("Evidence")
        ACCEPTED = "accepted", _("Accepted")

    payment = models.ForeignKey(
        "payments.Payment",
        on_delete=models.PROTECT,
        related_name="disputes",
        verbose_name=_("payment"),
    )
    stripe_id = models.CharField(max_length=80, unique=True)
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(max_length=3)
    reason = models.CharField(_("reason"), max_length=60, help_text=_("Stripe's word."))
    state = models.CharField(_("state"), max_length=16, default=DisputeState.INQUIRY.value)
    # What was taken, and where it came from; the rest out of the payee's wallet, or owed. What
    # the payment had given back before is the excess: it left the payee a second time.
    taken_minor = models.BigIntegerField(default=0)
    escrow_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(
        default=0, help_text=_("The site's share of what was taken.")
    )
    excess_minor = models.BigIntegerField(default=0)
    cost_minor = models.BigIntegerField(default=0, help_text=_("What Stripe took for it."))
    evidence = models.JSONField(_("what we know"), default=dict)
    statement = models.TextField(_("what the store says"), blank=True)
    answer = models.CharField(
        _("answer"), max_length=8, choices=Answer, default=Answer.NONE, blank=True
    )
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_by = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    trouble = models.CharField(
        _("trouble"), max_length=140, blank=True, help_text=_("Why an operator must look.")
    )
    opened_at = models.DateTimeField(_("opened"))
    due_by = models.DateTimeField(_("answer by"), null=True)
    reminded_at = models.DateTimeField(null=True)
    alarmed_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(_("with the bank since"), null=True)
    taken_at = models.DateTimeField(_("money taken"), null=True)
    returned_at = models.DateTimeField(_("money back"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    drive_at = models.DateTimeField(null=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_dispute_amount"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in DisputeState]),
                name="payments_dispute_state",
            ),
            models.CheckConstraint(
                condition=Q(escrow_minor__gte=0, fee_minor__gte=0, excess_minor__gte=0)
                & Q(taken_minor__in=[0, F("amount_minor")])
                & Q(taken_minor__gte=F("escrow_minor") + F("fee_minor") + F("excess_minor")),
                name="payments_dispute_parts",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="payments_dispute_answered",
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True) | Q(taken_at__isnull=False),
                name="payments_dispute_returned_was_taken",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["drive_at"],
                condition=Q(state__in=sorted(state.value for state in OPEN)),
                name="payments_dispute_to_drive",
            ),
            models.Index(
                fields=["due_by"],
                condition=Q(state__in=sorted(state.value for state in WAITING), answer=""),
                name="payments_dispute_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stripe_id}: {self.amount_minor} {self.currency} {self.state}"

    @property
    def is_away(self) -> bool:
        """Whether its money is at the bank, or the buyer's."""
        return self.taken_at is not None and self.returned_at is None

    @property
    def within_minor(self) -> int:
        """What of the taken money counts as given back of the payment."""
        return self.taken_minor - self.excess_minor
