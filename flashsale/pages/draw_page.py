"""What the page of a draw shows beside what every sale's page shows: weight, chance, pass."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core.cache import cache

from accounts.models import Profile
from flashsale import draw_steps
from flashsale.draw_steps import DrawStep
from flashsale.models import Lot, Pass, Reservation, Sale, Secret
from flashsale.pages import odds
from flashsale.pages.odds import Odds
from flashsale.phases import Phase
from flashsale.selectors import SaleView
from flashsale.services.fairness import passes, secrets, turns
from flashsale.standings import Standing

# While the draw runs a page without scripts loads itself anew after so long, not all at once.
REFRESH_SECONDS: Final = (30, 60)
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
    refresh_seconds: int

    @property
    def step(self) -> int:
        return draw_steps.of(self.sale)

    @property
    def is_decided(self) -> bool:
        return self.step == DrawStep.DECIDED

    def standing(self, phase: Phase) -> Standing:
        """Of somebody who has reserved and has no claim: nobody comes to the gate of a draw."""
        if phase == Phase.PAUSED:
            return Standing.PAUSED
        is_due = phase in (Phase.LIVE, Phase.SOLD_OUT)
        return Standing.DRAWING if is_due and not self.is_decided else Standing.RESERVED

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
    view: SaleView, *, viewer: Profile | None, reservation: Reservation | None, now: datetime
) -> DrawView | None:
    """None for any other sale. At most nine queries, one at most once in WEIGHTS_SECONDS."""
    if not view.is_draw:
        return None
    sale = Sale.objects.get(pk=view.id)
    weight = _weight(sale, viewer, reservation)
    return DrawView(
        sale=sale,
        parties=secrets.parties(sale),
        weight=weight,
        turns=_turns(reservation, viewer, now=now),
        own_pass=passes.of_person(sale.pk, viewer) if viewer else None,
        takes_passes=passes.is_open(sale, now=now),
        odds=_odds(sale, reservation, weight, now=now) if reservation else None,
        refresh_seconds=random.randint(*REFRESH_SECONDS),
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
