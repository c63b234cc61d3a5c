"""The parts of a payment: a gift card's, the wallet's, and what is left for a card.

Taken in that order. While a card is asked the other parts are set aside, and go only with its
money. Each try has holds of its own: whoever's card is declined can spend the parts at once, and
the next try sets them aside anew. Building blocks of charges and settlement; the payment is locked.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.conf import settings

from payments.hold_states import HoldState
from payments.models import Hold, Payment
from payments.services import chart, holds
from payments.services.ledger import Leg

# The payment ends the hold. Its own time is a net under a payment that nobody ever ends.
KEPT: Final = timedelta(days=90)


class Gift(NamedTuple):
    """Of an amount a gift card pays `part_minor`; without a card nothing."""

    card_id: int | None = None
    part_minor: int = 0


NO_GIFT: Final = Gift()


class Part(NamedTuple):
    account_id: int
    amount_minor: int
    key: str
    kind: str


def largest(amount_minor: int) -> int:
    """What can be paid otherwise of what a card pays the rest of: below CARD_MIN_MINOR no card is
    charged.
    """
    return amount_minor - settings.CARD_MIN_MINOR


def gift_part(balance_minor: int, amount_minor: int) -> int:
    """What a gift card with that balance pays: all, or so much that a card could pay the rest."""
    if balance_minor >= amount_minor:
        return amount_minor
    return max(0, min(balance_minor, largest(amount_minor)))


def fit(amount_minor: int, *, gift_minor: int, wallet_minor: int, by_gift_card: bool) -> bool:
    """Whether an amount can be split so. A gift card that pays all of it is the method."""
    if by_gift_card:
        return (gift_minor, wallet_minor) == (amount_minor, 0)
    gift_fits = 0 <= gift_minor <= max(0, largest(amount_minor))
    return gift_fits and 0 <= wallet_minor <= max(0, largest(amount_minor - gift_minor))


def legs_at_once(payment: Payment, *, to_account_id: int) -> list[Leg]:
    """What moves where no card is asked: the gift card's part, and the rest from the wallet."""
    legs = [
        Leg(part.account_id, to_account_id, part.amount_minor) for part in _beside_card(payment)
    ]
    if payment.method == Payment.Method.WALLET:
        wallet_id = chart.wallet(payment.payer_id, payment.currency).pk
        rest_minor = payment.amount_minor - payment.gift_part_minor
        legs.append(Leg(wallet_id, to_account_id, rest_minor))
    return legs


def set_aside(payment: Payment, *, now: datetime) -> None:
    """The parts wait for the card. Raises ledger.InsufficientFunds."""
    for part in _beside_card(payment):
        holds.place(
            account_id=part.account_id,
            amount_minor=part.amount_minor,
            key=part.key,
            expires_at=now + KEPT,
            now=now,
        )


def are_there(payment: Payment) -> bool:
    """Whether everything but the card's part can be taken now."""
    wanted = _beside_card(payment)
    return len(_waiting(wanted)) == len(wanted)


def take(payment: Payment, *, to_account_id: int, now: datetime) -> None:
    """The parts have moved, as the card's does."""
    wanted = _beside_card(payment)
    waiting = _waiting(wanted)
    for part in wanted:
        if part.key in waiting:
            holds.post(
                hold_id=waiting[part.key],
                to_account_id=to_account_id,
                kind=part.kind,
                now=now,
                memo=payment.reference,
            )


def free(payment: Payment, *, now: datetime) -> None:
    """The parts can be spent otherwise; nothing where there are none."""
    wanted = _beside_card(payment)
    waiting = _waiting(wanted)
    for part in wanted:
        if part.key in waiting:
            holds.void(hold_id=waiting[part.key], now=now)


def _beside_card(payment: Payment) -> list[Part]:
    """In the order of the accounts, which is that of their locks."""
    found: list[Part] = []
    key = f"payment:{payment.pk}:{payment.attempt}"
    if payment.gift_card_id is not None and payment.gift_part_minor:
        gift_id = chart.gift_card(payment.gift_card_id, payment.currency).pk
        found.append(Part(gift_id, payment.gift_part_minor, f"{key}:gift", "gift_card_payment"))
    if payment.wallet_part_minor:
        wallet_id = chart.wallet(payment.payer_id, payment.currency).pk
        found.append(Part(wallet_id, payment.wallet_part_minor, key, "wallet_payment"))
    return sorted(found)


def _waiting(wanted: list[Part]) -> dict[str, int]:
    """Hold ids by key, of the parts that are set aside."""
    if not wanted:
        return {}
    keys = [part.key for part in wanted]
    rows = Hold.objects.filter(key__in=keys, state=HoldState.PENDING.value)
    return dict(rows.values_list("key", "pk"))
