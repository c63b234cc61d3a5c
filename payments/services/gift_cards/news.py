"""What people are told about gift cards, inside the transaction of the fact."""

from datetime import datetime
from typing import Final

from django.urls import reverse

from accounts.services import notices
from payments.models import GiftCard
from socialcommerce.lib.money import Money, format_money

NOTICE_TEMPLATES: Final = {"payments.gift_card": "payments/notices/gift_card.html"}


def arrived(card: GiftCard, *, now: datetime) -> None:
    """Whoever it is for can spend it. Nobody is told of what they bought for themselves."""
    assert card.holder_id is not None  # noqa: S101  the caller has looked
    notices.notify(
        recipient_id=card.holder_id,
        kind="payments.gift_card",
        actor_id=card.buyer_id,
        url=reverse("payments:gift_card", args=[card.pk]),
        data={
            "amount": format_money(Money(card.amount_minor, card.currency)),
            "words": card.words,
        },
        now=now,
    )
