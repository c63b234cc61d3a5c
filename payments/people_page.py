"""What the pages about a person's own money show: a fixed number of queries, frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from payments.models import CashOut, Refund
from payments.refund_states import RefundState
from payments.selectors import CardView, card_view
from payments.services.people import closing, pins, standings, velocity
from payments.services.people.cash_outs import Quote
from payments.services.people.velocity import Act, Gauge
from socialcommerce.lib import clock

PART_WORDS: Final[dict[str, str | Promise]] = {
    RefundState.PENDING: _("On its way"),
    RefundState.SUCCEEDED: _("Sent to the card; banks take up to ten days"),
    RefundState.FAILED: _("The card did not take it: in your wallet again"),
}
GAUGE_WORDS: Final[Mapping[tuple[str, str], str | Promise]] = {
    (Act.TOP_UP, "day"): _("Topped up in the last 24 hours"),
    (Act.TOP_UP, "week"): _("Topped up in the last 7 days"),
    (Act.SPEND, "day"): _("Spent in the last 24 hours"),
    (Act.SPEND, "week"): _("Spent in the last 7 days"),
    (Act.CASH_OUT, "day"): _("Cashed out in the last 24 hours"),
    (Act.CASH_OUT, "week"): _("Cashed out in the last 7 days"),
}


@dataclass(frozen=True, slots=True)
class CardLine:
    """So much would go to this card; a card that is new asks for the PIN."""

    card: CardView
    amount_minor: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class CashOutPage:
    available_minor: int
    to_cards_minor: int
    elsewhere_minor: int
    cards: tuple[CardLine, ...]
    pin_above_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class PartLine:
    """What became of one part."""

    card: CardView
    amount_minor: int
    words: str | Promise
    came_back: bool


@dataclass(frozen=True, slots=True)
class GaugeLine:
    words: str | Promise
    gauge: Gauge


def cash_out_page(quote: Quote) -> CashOutPage:
    today = clock.now()
    return CashOutPage(
        available_minor=quote.available_minor,
        to_cards_minor=quote.to_cards_minor,
        elsewhere_minor=quote.elsewhere_minor,
        cards=tuple(
            CardLine(card_view(share.card, today=today), share.amount_minor, share.is_new)
            for share in quote.cards
        ),
        pin_above_minor=settings.PAYMENT_PIN_ABOVE_MINOR,
        currency=quote.currency,
    )


def parts_of(cash_out: CashOut) -> tuple[PartLine, ...]:
    """In the order in which they were taken. One query."""
    today = clock.now()
    parts = Refund.objects.filter(cash_out=cash_out).select_related("payment__instrument")
    return tuple(
        PartLine(
            card=card_view(part.payment.instrument, today=today),
            amount_minor=part.amount_minor,
            words=PART_WORDS[RefundState(part.state)],
            came_back=part.state == RefundState.FAILED,
        )
        for part in parts.order_by("pk")
        if part.payment.instrument is not None
    )


def closing_page(profile_id: int) -> dict[str, object]:
    """Whether the wallet is closed, or what keeps it from being. Six queries."""
    is_closed = closing.is_closed(profile_id)
    found = [] if is_closed else closing.obstacles(profile_id)
    return {"is_closed": is_closed, "obstacles": found}


def limits_page(profile_id: int, *, now: datetime) -> dict[str, object]:
    """Standing and gauges of the person. Six queries."""
    lines = [
        GaugeLine(GAUGE_WORDS[gauge.act, gauge.window], gauge)
        for gauge in velocity.gauges(profile_id, now=now)
    ]
    standing = standings.of(profile_id, now=now)
    return {"standing": standing, "lines": lines, "currency": settings.SITE_CURRENCY}


@dataclass(frozen=True, slots=True)
class Care:
    """What the wallet's first page says of the wallet itself."""

    is_frozen: bool
    is_closed: bool
    has_pin: bool
    cash_outs: tuple[CashOut, ...]


def care(user: User) -> Care:
    """Three queries."""
    newest = CashOut.objects.filter(profile=user.profile).order_by("-pk")[:3]
    return Care(
        is_frozen=user.frozen_at is not None,
        is_closed=closing.is_closed(user.profile.pk),
        has_pin=pins.is_set(user.profile.pk),
        cash_outs=tuple(newest),
    )
