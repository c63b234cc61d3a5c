"""A gift card: money that whoever has its code may spend in the shops of the site."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.gift_card_states import ENDED, GiftCardState


class GiftCardQuerySet(models.QuerySet["GiftCard"]):
    def held_by(self, profile_id: int) -> "GiftCardQuerySet":
        """What that person has and was paid for."""
        paid = [GiftCardState.ACTIVE, *ENDED]
        return self.filter(holder_id=profile_id, state__in=paid).select_related("account")


class GiftCard(models.Model):
    """Its balance is its ledger account's; what was once put on it is `amount_minor`.

    The code is kept as a hash: who reads this table cannot spend what is in it. Whoever puts the
    code in first is the holder, and from then on it is worth nothing to anybody else.
    """

    account = models.OneToOneField(
        "payments.Account", on_delete=models.PROTECT, related_name="gift_card"
    )
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(
        _("state"), max_length=8, choices=GiftCardState, default=GiftCardState.ORDERED.value
    )
    # Empty until a code is made; SHA-256 of its letters, see services.gift_cards.codes.
    code_hash = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  unique
    code_end = models.CharField(_("code ends with"), max_length=4, blank=True, default="")
    # Who paid for it gets what is left when it ends: a person's wallet, or the site's marketing.
    buyer = models.ForeignKey(
        "accounts.Profile",
        on_delete=models.PROTECT,
        null=True,
        related_name="gift_cards_bought",
        verbose_name=_("bought by"),
    )
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("issued by"),
    )
    holder = models.ForeignKey(
        "accounts.Profile",
        on_delete=models.PROTECT,
        null=True,
        related_name="gift_cards",
        verbose_name=_("held by"),
    )
    words = models.CharField(_("words to whom it is for"), max_length=140, blank=True, default="")
    reason = models.CharField(_("why"), max_length=200, blank=True, default="")
    key = models.CharField(max_length=100, unique=True)
    returned_minor = models.BigIntegerField(_("went back at the end"), default=0)
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("good until"))

    objects = GiftCardQuerySet.as_manager()

    class Meta:
        verbose_name = _("gift card")
        verbose_name_plural = _("gift cards")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="payments_giftcard_amount"
            ),
            models.CheckConstraint(
                condition=Q(state__in=GiftCardState.values), name="payments_giftcard_state"
            ),
            models.CheckConstraint(
                condition=Q(buyer__isnull=False, issued_by__isnull=True)
                | Q(buyer__isnull=True, issued_by__isnull=False),
                name="payments_giftcard_paid_by_one",
            ),
            models.CheckConstraint(
                condition=Q(returned_minor__gte=0, returned_minor__lte=F("amount_minor")),
                name="payments_giftcard_returned",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at"],
                condition=Q(state=GiftCardState.ACTIVE.value),
                name="payments_giftcard_to_expire",
            ),
        ]

    def __str__(self) -> str:
        return f"···· {self.code_end}" if self.code_end else f"{self.pk}"
