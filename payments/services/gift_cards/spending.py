"""Which gift card pays for whom, and what comes back to one."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from payments.gift_card_states import GiftCardState
from payments.models import GiftCard
from payments.services.gift_cards.codes import GiftCardEnded, NoSuchGiftCard


def check(*, card_id: int, payer_id: int, currency: str, now: datetime) -> None:
    """Nothing where that person can pay with the card today; what is on it says the ledger.

    Raises NoSuchGiftCard, also for somebody else's and in another currency, and GiftCardEnded.
    """
    card = GiftCard.objects.held_by(payer_id).filter(pk=card_id, currency=currency).first()
    if card is None:
        raise NoSuchGiftCard(_("Nothing was charged. Please pay otherwise."))
    if card.state != GiftCardState.ACTIVE or card.expires_at <= now:
        raise GiftCardEnded(_("Nothing was charged. Please pay otherwise."))


def keep_open(card_id: int, *, now: datetime) -> None:
    """What comes back to a card can be spent for a while, also where its time was over. One that
    was revoked stays so: a sweep gives what is on it to whoever paid for it.

    Inside the transaction that gives back, before accounts are locked.
    """
    for_a_while = now + timedelta(days=settings.GIFT_CARD_AFTER_REFUND_DAYS)
    alive = [GiftCardState.ACTIVE, GiftCardState.EXPIRED]
    GiftCard.objects.filter(pk=card_id, state__in=alive).update(
        state=GiftCardState.ACTIVE, expires_at=Greatest("expires_at", Value(for_a_while))
    )
