"""The code of a gift card: whoever puts it in first has the card.

Only a hash is kept. A code has 80 random bits, so that none is found by trying, nor from its hash:
a plain one is enough, without a key whose change would make every card worthless.
"""

import hashlib
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from payments.gift_card_states import ENDED, GiftCardState
from payments.models import GiftCard
from socialcommerce.lib import guards, spoken
from socialcommerce.lib.problems import Conflict, NotFound

LETTERS: Final = 16
PAID: Final = {GiftCardState.ACTIVE, *ENDED}


class NoSuchGiftCard(NotFound):
    code = "no-such-gift-card"
    title = _("There is no such gift card for you")


class GiftCardEnded(Conflict):
    code = "gift-card-ended"
    title = _("This gift card cannot be spent any more")


class HasHolder(Conflict):
    code = "gift-card-has-holder"
    title = _("Somebody has this gift card already")


def renew(card_id: int) -> str:
    """A new code, to be shown once; an earlier one leads nowhere. Raises HasHolder, also where the
    card is not paid or has ended.
    """
    letters = spoken.new(LETTERS)
    free = GiftCard.objects.filter(pk=card_id, holder=None, state=GiftCardState.ACTIVE)
    if free.update(code_hash=_hashed(letters), code_end=letters[-4:]) != 1:
        raise HasHolder(
            _("A new code would open nothing: it is held by somebody, or it has ended.")
        )
    return spoken.grouped(letters)


def show(*, card_id: int, buyer_id: int) -> str:
    """A new code for whoever bought the card. Raises NoSuchGiftCard, HasHolder."""
    if not GiftCard.objects.filter(pk=card_id, buyer_id=buyer_id).exists():
        raise NoSuchGiftCard
    return renew(card_id)


def claim(*, code: str, profile_id: int, now: datetime) -> GiftCard:
    """The card is that person's for good; who has it already gets it again.

    The caller limits how often somebody may try. Raises NoSuchGiftCard (also where somebody else
    was first), GiftCardEnded.
    """
    letters = spoken.read(code, letters=LETTERS)
    named = GiftCard.objects.filter(code_hash=_hashed(letters))
    open_to_all = named.filter(state=GiftCardState.ACTIVE, expires_at__gt=now)
    if guards.is_on("gift_cards.claim"):
        open_to_all = open_to_all.filter(holder=None)
    if open_to_all.update(holder_id=profile_id) == 1:
        return named.get()
    card = named.first()
    if card is not None and card.holder_id == profile_id:
        return card
    if card is not None and card.holder_id is None and card.state in PAID:
        raise GiftCardEnded(_("Its time is over, or the site has revoked it."))
    raise NoSuchGiftCard(
        _("Please look at the code again. It may also be that somebody has used it already.")
    )


def _hashed(letters: str) -> str:
    return hashlib.sha256(letters.encode()).hexdigest()
