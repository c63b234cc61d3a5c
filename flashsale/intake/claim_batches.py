"""Claims in line become claims on units, with orders and, where it was agreed, payments."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import transaction

from flashsale.claim_states import LIVE, ClaimState
from flashsale.gate.keys import claim_bit
from flashsale.gate.results import Result, of_claim
from flashsale.intake import claim_rows, purchases
from flashsale.intake.batches import BadEntry, Batch, Outcome, Settled
from flashsale.intake.claim_rows import Decided, Earlier, InLine, Pair
from flashsale.intake.purchases import Drafts
from flashsale.models import Sale
from flashsale.services import units
from flashsale.services.locking import lock_epoch
from flashsale.services.units import FreeUnit
from flashsale.unit_states import UnitState
from socialcommerce.lib import faultpoints, guards

ADDRESS: Final = "address"  # why a claim was refused: so many units go there already
WITHDRAWN: Final = "withdrawn"  # as reservers.sql says it

Known = tuple[list[Pair], list[Settled]]


class Looked(NamedTuple):
    """What is known and written before the sale is locked. Units are held until `until`."""

    pairs: list[Pair]
    outdated: list[InLine]
    drafts: Drafts
    until: datetime


def work(batch: Batch) -> Outcome:
    """Each entry is held, paid, without stock, refused, or what it was when it came before.

    Opens the transaction; locks the sale, then units, then (through payments) wallets. Raises
    StaleEpoch and BadEntry.
    """
    # What needs no lock is done before it: the next batch waits for it.
    entries = [claim_rows.parse(batch.sale_id, entry.id, entry.fields) for entry in batch.entries]
    with transaction.atomic(durable=True):
        looked = _look(batch, entries)
        faultpoints.reach("claims looked at")
        sale = lock_epoch(batch.sale_id, batch.epoch)
        rows = claim_rows.earlier(row.reservation_id for _entry, row in looked.pairs)
        fresh, settled = _without_known(sale, looked.pairs, rows)
        assigned, repeated = _without_repeats(_assign(sale, fresh), rows)
        decided = purchases.settle(sale, assigned, looked.drafts, until=looked.until, now=batch.now)
        if decided:
            hashes = claim_rows.extend_log(sale, decided)
            claim_rows.insert(sale, decided, hashes, until=looked.until, now=batch.now)
            _move_units(decided)
        _note(sale, now=batch.now)
        faultpoints.reach("claims before commit")
    faultpoints.reach("claims after commit")
    seconds = int(looked.until.timestamp())
    settled += [_released(sale, entry) for entry in looked.outdated + repeated]
    return Outcome(settled + [_settled(sale, one, until=seconds) for one in decided])


def _look(batch: Batch, entries: list[InLine]) -> Looked:
    """Who they are, and their orders.

    A sealed list does not change any more, so it is read without the sale's lock. While it is
    open somebody may still withdraw: then whoever reads it has the lock first.
    """
    sale = Sale.objects.get(pk=batch.sale_id)
    if sale.sealed_at is None and guards.is_on("open list"):
        sale = lock_epoch(batch.sale_id, batch.epoch)
    pairs, outdated = _matched(sale, entries)
    until = batch.now + timedelta(seconds=sale.hold_seconds)
    # Of a batch that was committed before, everybody has an order already.
    rows = claim_rows.earlier(row.reservation_id for _entry, row in pairs)
    tickets = _claimed(rows)
    buyers = [pair for pair in pairs if pair[0].ticket not in tickets]
    drafts = purchases.draft(sale, buyers, until=until, now=batch.now)
    return Looked(pairs, outdated, drafts, until)


def _matched(sale: Sale, entries: list[InLine]) -> tuple[list[Pair], list[InLine]]:
    """Each entry with its reservation, and those of a token from before a withdrawal.

    Those are no decision: the sealed list does not have them, so neither may the log. Raises
    BadEntry for what no token of this sale has ever said.
    """
    known = claim_rows.reservers(sale, [entry.number for entry in entries])
    pairs, outdated = [], []
    for entry in entries:
        row = known.get(entry.number)
        if row is None or row.person_id != entry.person_id:
            raise BadEntry("no reservation has that number and person")
        if not 1 <= entry.slot <= sale.slots:
            raise BadEntry("the sale has no such slot")
        if row.lot_id != entry.lot_id and not sale.lots.filter(pk=entry.lot_id).exists():
            raise BadEntry("the sale has no such lot")
        if row.lot_id != entry.lot_id or row.refusal == WITHDRAWN:
            outdated.append(entry)
        else:
            pairs.append((entry, row))
    return pairs, outdated


def _without_known(sale: Sale, pairs: list[Pair], rows: list[Earlier]) -> Known:
    """Entries that are new, and the ends of those that were here before.

    The same entry again is a second delivery and takes nothing. Another entry of a ticket that
    has a claim, or of somebody whose slot has a unit, took one from remain for nothing: that one
    goes back.
    """
    by_entry = {(row.epoch, row.entry_id): row for row in rows}
    tickets = _claimed(rows)
    live = {(row.reservation_id, row.slot) for row in rows if row.state in LIVE}
    again: list[tuple[InLine, int]] = []
    fresh: list[Pair] = []
    settled: list[Settled] = []
    for entry, reserver in pairs:
        same = by_entry.get((entry.epoch, entry.entry_id))
        if same is not None and same.state == ClaimState.REFUSED:
            settled.append(_released(sale, entry))
        elif same is not None:
            again.append((entry, same.claim_id))
        elif entry.ticket in tickets or (reserver.reservation_id, entry.slot) in live:
            give = not entry.has_lost
            settled.append(Settled(entry.entry_id, lot_id=entry.lot_id, give=give))
        else:
            tickets.add(entry.ticket)
            fresh.append((entry, reserver))
    return fresh, settled + _told_again(again)


def _claimed(rows: list[Earlier]) -> set[str]:
    """The tickets that have a claim; one that was refused may be sent again."""
    return {row.ticket for row in rows if row.state != ClaimState.REFUSED}


def _told_again(again: list[tuple[InLine, int]]) -> list[Settled]:
    claims = claim_rows.loaded([claim_id for _entry, claim_id in again])
    return [
        Settled(entry.entry_id, entry.ticket, result=of_claim(claims[claim_id]))
        for entry, claim_id in again
    ]


def _assign(sale: Sale, pairs: list[Pair]) -> list[Decided]:
    """In their order: a unit, the lowest numbers first, or why there is none."""
    free = _pick(pairs)
    places = _places_left(sale, pairs)
    decided = []
    for entry, row in pairs:
        spare = free.get(entry.lot_id)
        if row.refusal:
            decided.append(Decided(entry, row, ClaimState.REFUSED, reason=row.refusal))
        elif entry.has_lost or not spare:
            decided.append(Decided(entry, row, ClaimState.NO_STOCK))
        elif places.get(row.address_digest, 1) <= 0:
            decided.append(Decided(entry, row, ClaimState.REFUSED, reason=ADDRESS))
        else:
            if row.address_digest in places:
                places[row.address_digest] -= 1
            decided.append(Decided(entry, row, ClaimState.HELD, spare.pop()))
    return decided


def _without_repeats(
    assigned: list[Decided], rows: list[Earlier]
) -> tuple[list[Decided], list[InLine]]:
    """What is to be written, and what was refused before: the log says it once a ticket."""
    refused = {row.ticket for row in rows if row.state == ClaimState.REFUSED}
    repeated = {
        one.entry.entry_id: one.entry
        for one in assigned
        if one.state == ClaimState.REFUSED and one.entry.ticket in refused
    }
    fresh = [one for one in assigned if one.entry.entry_id not in repeated]
    return fresh, list(repeated.values())


def _pick(pairs: list[Pair]) -> dict[int, list[FreeUnit]]:
    """Free units by lot, locked, as many as may be wanted, the lowest number last."""
    wanted = Counter(entry.lot_id for entry, row in pairs if not row.refusal and not entry.has_lost)
    free = {
        lot_id: units.pick_free(lot_id=lot_id, count=count)[::-1]
        for lot_id, count in sorted(wanted.items())
    }
    faultpoints.reach("units picked")
    return free


def _places_left(sale: Sale, pairs: list[Pair]) -> dict[str, int]:
    """How many units each address may still get. Empty for a sale without that limit."""
    limit = sale.per_address_limit
    digests = {row.address_digest for _entry, row in pairs if row.address_digest}
    if not limit or not digests or not guards.is_on("address limit"):
        return {}
    held = claim_rows.held_by_address(sale, digests)
    return {digest: limit - held.get(digest, 0) for digest in digests}


def _move_units(decided: list[Decided]) -> None:
    for claim, unit in ((ClaimState.PAID, UnitState.PAID), (ClaimState.HELD, UnitState.HELD)):
        ids = [one.unit.id for one in decided if one.unit and one.state == claim]
        if ids:
            units.move(ids, unit)


def _note(sale: Sale, *, now: datetime) -> None:
    """The sale knows the end of its log and when it was first sold out."""
    if sale.sold_out_at is None and not units.any_free(sale):
        sale.sold_out_at = now
    sale.save(update_fields=["sold_out_at", "log_length", "log_head"])


def _settled(sale: Sale, one: Decided, *, until: int) -> Settled:
    """One without stock gives nothing back: the unit that remain counted for it is not there,
    giving it back would admit the next for nothing."""
    entry = one.entry
    if one.state == ClaimState.REFUSED:
        return _released(sale, entry)
    return Settled(entry.entry_id, entry.ticket, result=_result(one, until=until))


def _result(one: Decided, *, until: int) -> Result:
    """What the person hears: unit and deadline (Unix seconds), or unit and order number."""
    number = one.unit.number if one.unit else 0
    if one.state == ClaimState.PAID and one.order:
        return Result(one.state, unit=number, number=one.order.number)
    return Result(one.state, unit=number, until=until if number else 0)


def _released(sale: Sale, entry: InLine) -> Settled:
    """A refused claim gives back the unit that remain counted for it, and may be sent again."""
    return Settled(
        entry.entry_id,
        ticket=entry.ticket,
        lot_id=entry.lot_id,
        result=Result(ClaimState.REFUSED),
        give=not entry.has_lost,
        unmark=claim_bit(number=entry.number, slot=entry.slot, slots=sale.slots),
    )
