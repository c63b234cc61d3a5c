"""A gift card comes into being: drawn up, then paid for by somebody or given by the site."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments.gift_card_states import GiftCardState
from payments.models import GiftCard
from payments.services import chart, ledger
from payments.services.gift_cards import codes, news
from socialcommerce.lib import sequences
from socialcommerce.lib.money import Money, format_money
from socialcommerce.lib.problems import Invalid


class BadGiftCard(Invalid):
    """Outside of what the site puts on one card."""

    code = "bad-gift-card"
    title = _("That gift card cannot be made")


def check_amount(amount_minor: int) -> None:
    """Nothing within the site's limits. Raises BadGiftCard."""
    least, most = settings.GIFT_CARD_MIN_MINOR, settings.GIFT_CARD_MAX_MINOR
    if not least <= amount_minor <= most:
        words = {
            "least": format_money(Money(least, settings.SITE_CURRENCY)),
            "most": format_money(Money(most, settings.SITE_CURRENCY)),
        }
        raise BadGiftCard(
            _("A gift card is of %(least)s to %(most)s. Nothing was charged.") % words
        )


def draw_up(
    *,
    amount_minor: int,
    key: str,
    now: datetime,
    buyer_id: int | None = None,
    issued_by_id: int | None = None,
    holder_id: int | None = None,
    words: str = "",
    reason: str = "",
) -> tuple[GiftCard, bool]:
    """A card with nothing on it, and whether this call made it; the same key is the same card.

    Of `buyer_id` and `issued_by_id` one is given. Inside the caller's transaction. Raises
    BadGiftCard, ledger.KeyConflict (same key, other amount or holder).
    """
    check_amount(amount_minor)
    card = GiftCard.objects.filter(key=key).first()
    made = False
    if card is None:
        (card_id,) = sequences.take("payments_giftcard", count=1)
        card, made = GiftCard.objects.get_or_create(
            key=key,
            defaults={
                "pk": card_id,
                "account": chart.gift_card(card_id, settings.SITE_CURRENCY),
                "amount_minor": amount_minor,
                "currency": settings.SITE_CURRENCY,
                "buyer_id": buyer_id,
                "issued_by_id": issued_by_id,
                "holder_id": holder_id,
                "words": words,
                "reason": reason[:200],
                "created_at": now,
                "expires_at": now + timedelta(days=settings.GIFT_CARD_DAYS),
            },
        )
    if not made and (card.amount_minor, card.buyer_id) != (amount_minor, buyer_id):
        raise ledger.KeyConflict
    return card, made


def activate(card_id: int, *, now: datetime) -> None:
    """Its money is there: it can be spent from now on, and whoever it is for knows. Once.

    Inside the transaction that books the money, before it does: accounts come last.
    """
    ordered = GiftCard.objects.filter(pk=card_id, state=GiftCardState.ORDERED)
    expires_at = now + timedelta(days=settings.GIFT_CARD_DAYS)
    if ordered.update(state=GiftCardState.ACTIVE, expires_at=expires_at) == 1:
        card = GiftCard.objects.get(pk=card_id)
        if card.holder_id is not None:
            news.arrived(card, now=now)


def drop(card_id: int) -> None:
    """It was never paid, and never will be."""
    GiftCard.objects.filter(pk=card_id, state=GiftCardState.ORDERED).update(
        state=GiftCardState.DROPPED
    )


def grant(
    *,
    amount_minor: int,
    holder_id: int | None,
    reason: str,
    by_id: int,
    key: str,
    now: datetime,
) -> tuple[GiftCard, str]:
    """A card that the site pays for, and its code where nobody has it yet: it is not shown again.

    The same key gives the same card, without the code. Opens the transaction. Raises BadGiftCard,
    ledger.KeyConflict.
    """
    with transaction.atomic(durable=True):
        card, made = draw_up(
            amount_minor=amount_minor,
            key=f"grant:{by_id}:{key}",
            issued_by_id=by_id,
            holder_id=holder_id,
            reason=reason,
            now=now,
        )
        if not made:
            return card, ""
        activate(card.pk, now=now)
        code = codes.renew(card.pk) if holder_id is None else ""
        marketing_id = chart.marketing(card.currency).pk
        leg = ledger.Leg(marketing_id, card.account_id, amount_minor)
        ledger.post(
            kind="gift_card_granted",
            scope="gift_card",
            key=f"granted/{card.pk}",
            legs=[leg],
            now=now,
            memo=reference(card.pk),
        )
        card.refresh_from_db()
    return card, code


def reference(card_id: int) -> str:
    """What payments and movements of money call it."""
    return f"gift-card:{card_id}"
