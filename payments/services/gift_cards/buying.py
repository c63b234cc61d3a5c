"""A person buys a gift card, from the wallet at once or by card, for a friend or to hand on."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from payments.models import GiftCard, Payment
from payments.services import charges
from payments.services.gift_cards import making
from socialcommerce.lib.problems import NotFound


class NoSuchFriend(NotFound):
    code = "no-such-friend"
    title = _("There is nobody of that name")


class Present(NamedTuple):
    """How much, in minor units, and for whom: without a handle the buyer gets a code."""

    amount_minor: int
    handle: str = ""
    words: str = ""


def buy(
    *, buyer: Profile, present: Present, instrument_id: int | None, key: str, now: datetime
) -> GiftCard:
    """The card is paid, or its payment by card is as far as Stripe says; the same key is the same
    card. Without an instrument the wallet pays. Opens and ends its own transaction, then talks to
    Stripe. Raises BadGiftCard, NoSuchFriend and the refusals of charges.
    """
    with transaction.atomic(durable=True):
        card, made = making.draw_up(
            amount_minor=present.amount_minor,
            key=f"buy:{buyer.pk}:{key}",
            buyer_id=buyer.pk,
            holder_id=_friend(buyer, present.handle),
            words=present.words,
            now=now,
        )
        if made:
            _pay(card, buyer.pk, instrument_id, now)
    payment = payment_of(card)
    if payment.method == Payment.Method.CARD:
        charges.drive(payment_id=payment.pk, now=now)
    card.refresh_from_db()
    return card


def payment_of(card: GiftCard) -> Payment:
    """What a bought card was paid with, or is to be."""
    return Payment.objects.get(reference=making.reference(card.pk))


def _friend(buyer: Profile, handle: str) -> int | None:
    """Who blocked the buyer, or is blocked, is not there: nobody learns more."""
    if not handle:
        return None
    found = Profile.objects.visible_to(buyer).by_handle(handle).filter(user__isnull=False).first()
    if found is None:
        raise NoSuchFriend(_("Nothing was charged. Please look at the handle again."))
    return found.pk


def _pay(card: GiftCard, buyer_id: int, instrument_id: int | None, now: datetime) -> None:
    reference = making.reference(card.pk)
    if instrument_id is None:
        charges.pay_from_wallet(
            payer_id=buyer_id,
            payee_id=buyer_id,
            amount_minor=card.amount_minor,
            currency=card.currency,
            reference=reference,
            key=reference,
            now=now,
            purpose=Payment.Purpose.GIFT_CARD.value,
            gift_card_id=card.pk,
        )
        return
    charges.open_card_payment(
        payer_id=buyer_id,
        payee_id=buyer_id,
        amount_minor=card.amount_minor,
        currency=card.currency,
        instrument_id=instrument_id,
        reference=reference,
        key=reference,
        return_url=reverse("payments:gift_card", args=[card.pk]),
        expires_at=now + timedelta(seconds=settings.PAYMENT_LIFETIME_SECONDS),
        now=now,
        purpose=Payment.Purpose.GIFT_CARD.value,
        gift_card_id=card.pk,
    )
