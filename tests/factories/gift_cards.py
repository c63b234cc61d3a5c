"""Gift cards for tests: made through the services, so that the books stay right."""

import itertools

from accounts.models import Profile, User
from payments.models import GiftCard, Instrument
from payments.services.gift_cards import buying, making
from socialcommerce.lib import clock

_numbers = itertools.count(1)


def give_gift_card(person: User, amount_minor: int) -> GiftCard:
    """A card that the site gave to that person."""
    card, _code = making.grant(
        amount_minor=amount_minor,
        holder_id=person.profile.pk,
        reason="sorry for the wait",
        by_id=person.pk,
        key=f"test:{next(_numbers)}",
        now=clock.now(),
    )
    return card


def buy_gift_card(
    buyer: Profile,
    amount_minor: int,
    *,
    handle: str = "",
    card: Instrument | None = None,
    key: str = "",
) -> GiftCard:
    """From the wallet, or by card."""
    return buying.buy(
        buyer=buyer,
        present=buying.Present(amount_minor, handle, "Happy birthday"),
        instrument_id=card.pk if card else None,
        key=key or f"test:{next(_numbers)}",
        now=clock.now(),
    )


def left_on(card: GiftCard) -> int:
    """What can be spent from it now."""
    card.account.refresh_from_db()
    return card.account.posted_minor - card.account.held_minor
