"""The draw: everybody's rank from the seed, and units to the first ranks of each lot.

Ranks follow from the sealed list and the seed alone, so a draw that was interrupted goes on where
it stopped: whoever has a claim is not asked again, and the next rank is next.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from flashsale.gate import control
from flashsale.intake import batches, claim_batches, offers
from flashsale.intake.batches import Batch
from flashsale.intake.streams import Entry
from flashsale.models import Claim, Sale, Stream, Unit
from flashsale.proof import lottery
from flashsale.proof.lottery import Ball
from flashsale.sale_states import SaleState
from flashsale.services import acts, waves
from flashsale.services.fairness import entrants, seals, turns
from flashsale.services.fairness.entrants import Entrant
from flashsale.services.locking import StaleEpoch, lock_sale
from flashsale.unit_states import UnitState

SLOT: Final = 1  # nobody enters a draw twice

Ranked = tuple[int, Entrant]


def allocate(sale: Sale, *, now: datetime) -> bool:
    """Every unit that somebody entered for is held or paid, the losers have their turn.

    True once that is so; False while a secret is missing, the sale does not run, or the gate was
    rebuilt meanwhile: then the next call goes on. Opens a transaction for each batch of winners.
    """
    if sale.allocated_at is not None or not seals.reveal(sale, now=now):
        return sale.allocated_at is not None
    if not _hand_out(sale, wave=0, at=sale.starts_at, now=now):
        return False
    with transaction.atomic(durable=True):
        locked = lock_sale(sale.pk)
        if locked.state != SaleState.APPROVED:
            return False
        if locked.allocated_at is None:
            turns.spend(locked)
            turns.earn(locked, now=now)
            locked.allocated_at = now
            # Nobody claims in a draw: what a lot's winners leave would stay free for nobody,
            # waited for by that lot's others, as long as another lot has units.
            if locked.sold_out_at is None and _is_any_lot_gone(locked):
                locked.sold_out_at = now
            locked.save(update_fields=["allocated_at", "sold_out_at"])
            won = Claim.objects.filter(sale=locked).exclude(unit=None).count()
            acts.log(locked, kind="drawn", by=None, detail={"won": won}, now=now)
    sale.refresh_from_db()
    return True


def offer_next(sale: Sale, *, now: datetime) -> bool:
    """The units that are free go to the next ranks, as claims of the sale's present wave.

    What weighed for those winners is spent, and the turn they had for losing is none. What is left
    because everybody has been asked is pooled: else all would be ranked again each second. True
    when it is done; False as in `allocate`.
    """
    if sale.allocated_at is None or not _hand_out(sale, wave=sale.wave, at=now, now=now):
        return False
    with transaction.atomic(durable=True):
        turns.spend(lock_sale(sale.pk))
    try:
        waves.pool_rest(sale)
    except StaleEpoch:
        return False
    return True


def ranks(sale: Sale) -> dict[int, list[Ranked]]:
    """By lot: everybody who entered for it with their place among all, the first first.

    Some seconds and some hundred bytes a person. Demands the seed.
    """
    people = list(entrants.of(sale))
    balls = [Ball(person.leaf, SLOT, person.weight) for person in people]
    found: dict[int, list[Ranked]] = {}
    for rank, place in enumerate(lottery.order(bytes.fromhex(sale.seed), balls), start=1):
        found.setdefault(people[place].lot_id, []).append((rank, people[place]))
    return found


def _hand_out(sale: Sale, *, wave: int, at: datetime, now: datetime) -> bool:
    """Free units are held by the first who have had no claim; True when none or nobody is left."""
    asked = set(Claim.objects.filter(sale=sale).values_list("reservation__number", flat=True))
    try:
        for lot_id, ranked in ranks(sale).items():
            waiting = iter([one for one in ranked if one[1].number not in asked])
            _serve(sale, lot_id, waiting, wave=wave, at=at, now=now)
    except StaleEpoch:
        return False
    return True


def _serve(
    sale: Sale, lot_id: int, waiting: Iterator[Ranked], *, wave: int, at: datetime, now: datetime
) -> None:
    """Batch by batch: who is refused leaves the unit to the next rank."""
    while free := Unit.objects.filter(lot_id=lot_id, state=UnitState.FREE).count():
        size = min(free, settings.SALE_DRAIN_BATCH)
        entries = [
            offers.entry_of(f"draw-{rank}", sale, reserver=person, slot=SLOT, wave=wave, at=at)
            for rank, person in islice(waiting, size)
        ]
        if not entries:
            return
        batch = Batch(sale.pk, sale.epoch, entries, now)
        batches.work(batch, stream=Stream.CLAIMS, by=claim_batches.work)
        _tell_gate(sale, lot_id, entries)


def _is_any_lot_gone(sale: Sale) -> bool:
    free = Unit.objects.filter(lot=OuterRef("pk"), state=UnitState.FREE)
    return sale.lots.exclude(Exists(free)).exists()


def _tell_gate(sale: Sale, lot_id: int, entries: Sequence[Entry]) -> None:
    """What the gate counts as free is what PostgreSQL has, and it answers with the results."""
    ids = [entry.id for entry in entries]
    claims = Claim.objects.filter(sale=sale, gate_epoch=sale.epoch, gate_entry__in=ids)
    rows = list(claims.values_list("pk", "unit_id"))
    taken = sum(unit_id is not None for _pk, unit_id in rows)
    if taken:
        control.give(sale, {lot_id: -taken})
    control.answer([pk for pk, _unit_id in rows])
