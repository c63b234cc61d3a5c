"""Gift cards that could pay a part of an amount, as pages offer them and forms say them."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import F

from accounts.models import Profile
from payments.gift_card_states import GiftCardState
from payments.models import GiftCard
from payments.services import parts
from socialcommerce.lib import clock

SAID: Final = re.compile(r"([1-9][0-9]{0,17}):([1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class GiftOffer:
    """A gift card that could pay `part_minor` of the amount in question."""

    id: int
    code_end: str
    part_minor: int
    expires_at: datetime

    @property
    def value(self) -> str:
        """What a form sends to say so, which `parse` reads."""
        return f"{self.id}:{self.part_minor}"


def parse(text: str) -> parts.Gift | None:
    """What a gift card is to pay ("7:1000"), nothing for an empty text; None for anything else."""
    if not text:
        return parts.NO_GIFT
    match = SAID.fullmatch(text)
    return parts.Gift(int(match[1]), int(match[2])) if match else None


def offers(profile: Profile, amount_minor: int, *, currency: str) -> tuple[GiftOffer, ...]:
    """Gift cards that could pay all or a part, the one that ends first in front. One query."""
    rows = (
        GiftCard.objects.held_by(profile.pk)
        .filter(state=GiftCardState.ACTIVE, expires_at__gt=clock.now(), currency=currency)
        .order_by("expires_at", "pk")
    )
    found = (
        GiftOffer(pk, code_end, parts.gift_part(left_minor, amount_minor), expires_at)
        for pk, code_end, expires_at, left_minor in rows.values_list(
            "pk", "code_end", "expires_at", F("account__posted_minor") - F("account__held_minor")
        )
    )
    return tuple(one for one in found if one.part_minor > 0)
