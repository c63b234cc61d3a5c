"""A payment: who pays whom, how much, by what, and how far it got."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.payment_states import OPEN, PaymentState


class PaymentQuerySet(models.QuerySet["Payment"]):
    def open(self) -> "PaymentQuerySet":
        return self.filter(state__in=OPEN)

    def of(self, profile_id: int) -> "PaymentQuerySet":
        return self.filter(payer_id=profile_id)


class Payment(models.Model):
    """`reference` is the caller's own word ("order:15"); payments never reads meaning into it."""

    class Method(models.TextChoices):
        WALLET = "wallet", _("Wallet")
        CARD = "card", _("Card")
        GIFT_CARD = "gift_card", _("Gift card")

    class Purpose(models.TextChoices):
        PURCHASE = "purchase", _("Purchase")  # captured money goes to the payee's escrow
        TOP_UP = "top_up", _("Top-up")  # captured money goes to the payer's own wallet
        GIFT_CARD = "gift_card", _("Gift card")  # captured money goes onto `gift_card`

    # Found by the index of payments_payment_key.
    payer = models.ForeignKey(
        "accounts.Profile", on_delete=models.PROTECT, related_name="payments_made", db_index=False
    )
    payee = models.ForeignKey(
        "accounts.Profile", on_delete=models.PROTECT, related_name="payments_received"
    )
    purpose = models.CharField(max_length=9, choices=Purpose, default=Purpose.PURCHASE)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=9, choices=Method)
    instrument = models.ForeignKey("payments.Instrument", on_delete=models.PROTECT, null=True)
    # The card as the attempt under way names it at Stripe: binding the card anew meanwhile must
    # not change what is sent under the attempt's key.
    payment_method_id = models.CharField(max_length=80, blank=True)
    reference = models.CharField(max_length=80)
    key = models.CharField(max_length=100)
    request_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=16, default=PaymentState.CREATED.value)
    captured_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    released_minor = models.BigIntegerField(default=0, help_text=_("Paid out, without the fee."))
    fee_minor = models.BigIntegerField(default=0)
    # Database defaults, so that a batch of a sale need not name what it never has.
    wallet_part_minor = models.BigIntegerField(
        default=0, db_default=0, help_text=_("Of a card payment: what the wallet pays of it.")
    )
    gift_part_minor = models.BigIntegerField(
        default=0, db_default=0, help_text=_("What a gift card pays of it.")
    )
    # The card that pays the part, or that is bought. Its key is not checked by the database, row
    # by row of a sale that never has one: a trigger keeps gift cards from being deleted.
    gift_card = models.ForeignKey(
        "payments.GiftCard",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    clawed_minor = models.BigIntegerField(
        default=0, db_default=0, help_text=_("Of what was refunded: taken back after release.")
    )
    fee_returned_minor = models.BigIntegerField(
        default=0, db_default=0, help_text=_("Of what was taken back: the site's share.")
    )
    stripe_id = models.CharField(max_length=80, null=True)  # noqa: DJ001  unique
    # Attempt n is sent to Stripe under the key "payment:<id>:<n>" until its answer is here.
    attempt = models.PositiveIntegerField(default=0)
    answered_attempt = models.PositiveIntegerField(default=0)
    decline_code = models.CharField(max_length=60, blank=True)
    next_action_url = models.TextField(blank=True)
    return_url = models.TextField(blank=True)
    flag = models.CharField(max_length=140, blank=True, help_text=_("Why an operator must look."))
    drive_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["payer", "key"], name="payments_payment_key"),
            models.UniqueConstraint(fields=["stripe_id"], name="payments_payment_stripe_id"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_payment_amount"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in PaymentState]),
                name="payments_payment_state",
            ),
            models.CheckConstraint(
                condition=Q(captured_minor__in=[0, F("amount_minor")]),
                name="payments_payment_captured",
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, released_minor__gte=0, fee_minor__gte=0)
                & Q(captured_minor__gte=F("refunded_minor"))
                & Q(
                    captured_minor__gte=F("refunded_minor")
                    - F("clawed_minor")
                    + F("released_minor")
                    + F("fee_minor")
                ),
                name="payments_payment_given",
            ),
            # Taken back is never more than was paid out, of the fee as of the payee's share.
            models.CheckConstraint(
                condition=Q(fee_returned_minor__gte=0)
                & Q(clawed_minor__gte=F("fee_returned_minor"))
                & Q(clawed_minor__lte=F("refunded_minor"))
                & Q(fee_returned_minor__lte=F("fee_minor"))
                & Q(released_minor__gte=F("clawed_minor") - F("fee_returned_minor")),
                name="payments_payment_clawed",
            ),
            models.CheckConstraint(
                condition=Q(wallet_part_minor=0)
                | Q(
                    method="card",
                    wallet_part_minor__gt=0,
                    wallet_part_minor__lt=F("amount_minor") - F("gift_part_minor"),
                ),
                name="payments_payment_wallet_part",
            ),
            # A gift card pays all of it, and is the method, or less than all.
            models.CheckConstraint(
                condition=Q(gift_part_minor=0, method__in=["wallet", "card"])
                | Q(gift_part_minor__gt=0, purpose="purchase", gift_card__isnull=False)
                & (
                    Q(method="gift_card", gift_part_minor=F("amount_minor"))
                    | Q(method__in=["wallet", "card"], gift_part_minor__lt=F("amount_minor"))
                ),
                name="payments_payment_gift_part",
            ),
            models.CheckConstraint(
                condition=~Q(purpose="gift_card") | Q(gift_card__isnull=False),
                name="payments_payment_buys_a_card",
            ),
            models.CheckConstraint(
                condition=Q(method__in=["wallet", "gift_card"], instrument__isnull=True)
                | Q(method="card", instrument__isnull=False),
                name="payments_payment_instrument",
            ),
        ]
        indexes: ClassVar = [
            # Not on the field, which would bring one for LIKE along.
            models.Index(fields=["reference"], name="payments_payment_reference"),
            models.Index(
                fields=["drive_at"],
                condition=Q(state__in=sorted(state.value for state in OPEN)),
                name="payments_payment_to_drive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.amount_minor} {self.currency} {self.state}"

    @property
    def card_part_minor(self) -> int:
        """What the card is asked for; 0 where no card pays."""
        if self.method != self.Method.CARD:
            return 0
        return self.amount_minor - self.gift_part_minor - self.wallet_part_minor

    @property
    def in_escrow_minor(self) -> int:
        """What of a purchase stands in the payee's escrow."""
        kept_minor = self.captured_minor - self.refunded_minor + self.clawed_minor
        return kept_minor - self.released_minor - self.fee_minor

    @property
    def refundable_minor(self) -> int:
        """What the buyer could still get back, wherever it is by now."""
        return self.captured_minor - self.refunded_minor
