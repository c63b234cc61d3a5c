"""The fan price of a variant: who has it, and what is missing for whoever has not.

It is for people who follow the store and have bound what the variant asks for besides, if it asks:
a card, a card of one brand, or an account of one site. Whether somebody has it is decided here,
from rows, whenever a price is shown and once more when an order is placed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from accounts.models import Follow, Profile
from accounts.openid import providers
from payments.selectors import brand_words
from payments.services import linked
from payments.services.linked import Held
from shop.models import Variant

ACCOUNT: Final = re.compile(r"account:(.+)")
CARD: Final = re.compile(r"card(?::(.+))?")


class Kind(StrEnum):
    FOLLOW = "follow"
    CARD = "card"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the price asks for. `key` is the store's handle, a brand or a site; `name` is
    what people call it, empty for any card. Not possible: no account of that site can be linked.
    """

    kind: Kind
    key: str
    name: str
    is_done: bool
    is_possible: bool = True


@dataclass(frozen=True, slots=True)
class FanPrice:
    """As one person sees it; in minor units of the store's currency."""

    price_minor: int
    steps: tuple[Step, ...]

    @property
    def is_theirs(self) -> bool:
        return all(step.is_done for step in self.steps)


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a person decides: the profiles of stores that they follow, what they have bound."""

    followed: frozenset[int]
    held: Held


NOBODY: Final = Standing(frozenset(), Held(frozenset(), frozenset()))


def standing(viewer: Profile | None, variants: Iterable[Variant], *, now: datetime) -> Standing:
    """Where the viewer stands with the fan prices among these variants, whose products' stores are
    loaded. No query where there is none, else one, or three where something must be bound.
    """
    asking = [variant for variant in variants if variant.fan_price_minor is not None]
    if viewer is None or not asking:
        return NOBODY
    stores = {variant.product.store.profile_id for variant in asking}
    follows = Follow.objects.filter(follower=viewer, followed__in=stores)
    wants_more = any(variant.fan_asks != Kind.FOLLOW for variant in asking)
    return Standing(
        followed=frozenset(follows.values_list("followed_id", flat=True)),
        held=linked.held_by(viewer, now=now) if wants_more else NOBODY.held,
    )


def of(variant: Variant, where: Standing) -> FanPrice | None:
    """None for a variant that has no fan price. No query."""
    if variant.fan_price_minor is None:
        return None
    store = variant.product.store.profile
    follow = Step(Kind.FOLLOW, store.handle, store.name, store.pk in where.followed)
    return FanPrice(variant.fan_price_minor, (follow, *_more(variant.fan_asks, where.held)))


def unit_price_minor(variant: Variant, *, buyer: Profile, now: datetime) -> int:
    """What one piece costs this buyer at this moment. Up to three queries."""
    fan = of(variant, standing(buyer, [variant], now=now))
    return fan.price_minor if fan is not None and fan.is_theirs else variant.price_minor


def _more(asks: str, held: Held) -> Iterable[Step]:
    account = ACCOUNT.fullmatch(asks)
    if account:
        key = account[1]
        site = providers.by_key(key)
        name = site.name if site else key
        yield Step(Kind.ACCOUNT, key, name, key in held.sites, is_possible=site is not None)
    card = CARD.fullmatch(asks)
    if card:
        brand = card[1] or ""
        is_done = brand in held.brands if brand else bool(held.brands)
        yield Step(Kind.CARD, brand, brand_words(brand) if brand else "", is_done)
