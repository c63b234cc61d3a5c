"""Gift cards as people see them: their own, one of them, and those that could pay an amount."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Profile
from payments.gift_card_states import GiftCardState
from payments.gift_offers import offers
from payments.models import GiftCard
from payments.payment_states import OPEN
from payments.selectors import PayChoices, StatementLine, lines, pay_choices
from payments.services import history
from payments.services.gift_cards import buying
from payments.services.gift_cards.codes import NoSuchGiftCard

LISTED = 50
MOVEMENTS = 30


@dataclass(frozen=True, slots=True)
class GiftCardView:
    """`balance_minor` is what can be spent from it; empty for a giver whose friend has the card.

    `wants_code`: it can be handed on, and whoever looks has bought it.
    """

    id: int
    code_end: str
    amount_minor: int
    currency: str
    state: str
    state_words: str
    balance_minor: int | None
    expires_at: datetime
    giver: Profile | None
    holder: Profile | None
    words: str
    is_mine: bool
    wants_code: bool


@dataclass(frozen=True, slots=True)
class GiftCardPage:
    """`payment_id` where its payment by card is still under way."""

    card: GiftCardView
    lines: tuple[StatementLine, ...]
    payment_id: int | None


def mine(profile: Profile) -> tuple[GiftCardView, ...]:
    """What the person holds or has bought, the newest first. One query."""
    return tuple(_view(card, profile) for card in _own(profile)[:LISTED])


def page(profile: Profile, card_id: int) -> GiftCardPage:
    """Six queries at most. Raises NoSuchGiftCard, also for somebody else's."""
    card = _own(profile).filter(pk=card_id).first()
    if card is None:
        raise NoSuchGiftCard
    view = _view(card, profile)
    moved: tuple[StatementLine, ...] = ()
    if view.is_mine:
        rows = history.movements(card.account_id).order_by("-pk")[:MOVEMENTS]
        moved = lines(list(rows), card.account_id)
    payment = buying.payment_of(card) if card.state == GiftCardState.ORDERED else None
    is_open = payment is not None and payment.state in OPEN
    return GiftCardPage(view, moved, payment.pk if payment and is_open else None)


def ways(
    profile: Profile, amount_minor: int, *, currency: str, gift_id: int | None = None
) -> PayChoices:
    """Gift cards, wallet and cards for one amount. The chosen gift card pays first, and the others
    are ways to pay what is left. Three queries.
    """
    gifts = offers(profile, amount_minor, currency=currency)
    gift = next((one for one in gifts if one.id == gift_id), None)
    left_minor = amount_minor - (gift.part_minor if gift else 0)
    choices = replace(pay_choices(profile, left_minor, currency), gifts=gifts, gift=gift)
    return replace(choices, selected="gift_card") if left_minor == 0 else choices


def _own(profile: Profile) -> "QuerySet[GiftCard]":
    held = Q(pk__in=GiftCard.objects.held_by(profile.pk))
    rows = GiftCard.objects.filter(held | Q(buyer=profile)).exclude(state=GiftCardState.DROPPED)
    return rows.select_related("account", "buyer", "holder").order_by("-pk")


def _view(card: GiftCard, viewer: Profile) -> GiftCardView:
    is_mine = card.holder_id == viewer.pk
    balance_minor = card.account.posted_minor - card.account.held_minor
    return GiftCardView(
        id=card.pk,
        code_end=card.code_end,
        amount_minor=card.amount_minor,
        currency=card.currency,
        state=card.state,
        state_words=card.get_state_display(),
        balance_minor=balance_minor if is_mine or card.holder_id is None else None,
        expires_at=card.expires_at,
        giver=card.buyer,
        holder=card.holder,
        words=card.words,
        is_mine=is_mine,
        wants_code=card.holder_id is None and card.state == GiftCardState.ACTIVE,
    )
