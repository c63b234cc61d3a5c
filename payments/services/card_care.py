"""Looking after bound cards: a name of one's own, and a word before one expires."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from accounts.services import notices
from payments.models import Instrument
from payments.models.instruments import NICKNAME_LENGTH_MAX, WARN_BEFORE
from payments.selectors import card_view
from payments.services import cards
from socialcommerce.lib import names

NOTICE_TEMPLATES: Final = {"payments.card_expires": "payments/notices/card_expires.html"}


def rename(*, profile_id: int, instrument_id: int, nickname: str) -> Instrument:
    """The card is called so by its person; "" takes the name away. Raises NoSuchCard, BadName."""
    clean = names.clean(nickname, most=NICKNAME_LENGTH_MAX) if nickname.strip() else ""
    card = cards.own(profile_id, instrument_id)
    Instrument.objects.filter(pk=card.pk).update(nickname=clean)
    card.nickname = clean
    return card


def warn(*, now: datetime, limit: int) -> int:
    """The people of up to `limit` cards that expire soon have been told, once a card and date.

    How many. Two at once share the cards between them.
    """
    then = now + WARN_BEFORE
    ends_by_then = Q(exp_year__lt=then.year) | Q(exp_year=then.year, exp_month__lt=then.month)
    with transaction.atomic(durable=True):
        rows = (
            Instrument.objects.unexpired(now)
            .filter(ends_by_then, unbound_at__isnull=True, warned_at__isnull=True)
            .order_by("pk")
        )
        due = list(rows.select_for_update(no_key=True, skip_locked=True)[:limit])
        for card in due:
            _tell(card, now)
        Instrument.objects.filter(pk__in=[card.pk for card in due]).update(warned_at=now)
    return len(due)


def _tell(card: Instrument, now: datetime) -> None:
    notices.notify(
        recipient_id=card.profile_id,
        kind="payments.card_expires",
        now=now,
        url=reverse("payments:card", args=[card.pk]),
        data={
            "card": card_view(card, today=now).title,
            "until": f"{card.exp_month:02}/{card.exp_year}",
        },
    )
