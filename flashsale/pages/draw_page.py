"""What the page of a draw shows beside what every sale's page shows: weight, chance, pass."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core.cache import cache

from accounts.models import Profile
from flashsale.models import Lot, Pass, Reservation, Sale, Secret
from flashsale.pages import odds
from flashsale.pages.odds import Odds
from flashsale.services.fairness import passes, secrets, turns

# While the draw runs the page asks again after so many seconds, not everybody at once.
ASK_AGAIN_SECONDS: Final = (3, 8)
WEIGHTS_SECONDS: Final = 15  # counting a million weights for each look would be the load itself


@dataclass(frozen=True, slots=True)
class DrawView:
    """`weight` is 0 for somebody who has not reserved; `turns` are those that still weigh."""

    sale: Sale
    parties: list[Secret]
    weight: int
    turns: int
    own_pass: Pass | None
    takes_passes: bool
    odds: Odds | None
    ask_again_seconds: int

    @property
    def is_decided(self) -> bool:
        return self.sale.allocated_at is not None

    @property
    def is_site_alone(self) -> bool:
        """Nobody but the site has a share of the seed: one has to trust it."""
        return all(party.holder_id is None for party in self.parties)

    @property
    def withheld(self) -> list[str]:
        """Of a void draw: who did not show the secret."""
        return [party.party for party in self.parties if party.revealed_at is None]

    @property
    def waits_for(self) -> list[str]:
        """The parties that are still to reveal."""
        others = [party for party in self.parties if party.holder_id is not None]
        return [party.party for party in others if party.revealed_at is None]

    @property
    def pass_total(self) -> int:
        """What somebody with a pass and no turn weighs."""
        return 1 + self.sale.pass_weight


def of(
    sale_id: int, *, viewer: Profile | None, reservation: Reservation | None, now: datetime
) -> DrawView:
    """At most nine queries, one of them at most once in WEIGHTS_SECONDS."""
    sale = Sale.objects.get(pk=sale_id)
    weight = _weight(sale, viewer, reservation)
    return DrawView(
        sale=sale,
        parties=secrets.parties(sale),
        weight=weight,
        turns=_turns(reservation, viewer, now=now),
        own_pass=passes.of_person(sale_id, viewer) if viewer else None,
        takes_passes=passes.is_open(sale, now=now),
        odds=_odds(sale, reservation, weight, now=now) if reservation else None,
        ask_again_seconds=random.randint(*ASK_AGAIN_SECONDS),
    )


def _weight(sale: Sale, viewer: Profile | None, reservation: Reservation | None) -> int:
    if viewer is None or reservation is None:
        return 0
    return reservation.weight if sale.sealed_at else turns.weight_of(sale, viewer)


def _turns(reservation: Reservation | None, viewer: Profile | None, *, now: datetime) -> int:
    if viewer is None or reservation is None:
        return 0
    lot = Lot.objects.select_related("variant__product__store__profile").get(pk=reservation.lot_id)
    return turns.count(person=viewer, store=lot.variant.product.store.profile, now=now)


def _odds(sale: Sale, reservation: Reservation, weight: int, *, now: datetime) -> Odds:
    lot = Lot.objects.get(pk=reservation.lot_id)
    return odds.of(
        weight,
        _weights(sale, lot, weight),
        units=lot.pledged,
        opens_at=sale.reserve_opens_at,
        closes_at=sale.reserve_closes_at,
        now=now,
    )


def _weights(sale: Sale, lot: Lot, own: int) -> Mapping[int, int]:
    """By weight, how many have reserved for the lot; the person at least is among them."""
    key = f"draw-weights:{lot.pk}:{sale.sealed_at is not None}"
    counted = cache.get(key)
    if counted is None:
        counted = list(turns.weights_of(sale, lot_id=lot.pk).items())
        cache.set(key, counted, WEIGHTS_SECONDS)
    weights = dict(counted)
    if not weights.get(own):  # a pass that was taken since then
        weights |= {1: max(0, weights.get(1, 0) - 1), own: 1}
    return weights
