"""Claims in line become claims on units, with orders and, where it was agreed, payments."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from flashsale.claim_states import ClaimState
from flashsale.gate.keys import claim_bit
from flashsale.gate.results import Result, of_claim
from flashsale.intake import claim_rows
from flashsale.intake.batches import BadEntry, Batch, Outcome, Settled
from flashsale.intake.claim_rows import Decided, InLine, Reserver
from flashsale.models import Claim, Lot, Sale, Unit
from flashsale.services import units
from flashsale.services.locking import lock_epoch
from flashsale.unit_states import UnitState
from payments.services.bulk import WalletCharge, pay_from_wallets
from shop.services import orders
from shop.services.orders import HeldOrder, OrderRef
from socialcommerce.lib import faultpoints

Pair = tuple[InLine, Reserver]


@dataclass(frozen=True, slots=True)
class Winner:
    """A claim that gets a unit in this batch."""

    entry: InLine
    reserver: Reserver
    unit: Unit
    lot: Lot
    order: OrderRef

    @property
    def total_minor(self) -> int:
        price = self.lot.unit_price_minor
        return price + self.lot.variant.product.store.shipping_minor(price)


def work(batch: Batch) -> Outcome:
    """Each entry is held, paid, without stock, refused, or what it was when it came before.

    Opens the transaction; locks the sale, then units, then (through payments) wallets. Raises
    StaleEpoch and BadEntry.
    """
    with transaction.atomic(durable=True):
        sale = lock_epoch(batch.sale_id, batch.epoch)
        entries = [claim_rows.parse(sale, entry.id, entry.fields) for entry in batch.entries]
        fresh, settled = _without_known(sale, entries)
        allowed, refused = _without_refused(sale, fresh)
        winners, losers = _assign(sale, allowed, now=batch.now)
        payments = _charge(sale, winners, now=batch.now)
        decided = [_won(sale, winner, payments, now=batch.now) for winner in winners]
        decided += [Decided(*pair, ClaimState.NO_STOCK) for pair in losers]
        decided += [Decided(*pair, ClaimState.REFUSED) for pair in refused]
        claim_rows.insert(sale, decided, now=batch.now)
        _move_units(decided)
        _note_sell_out(sale, now=batch.now)
        faultpoints.reach("claims before commit")
    faultpoints.reach("claims after commit")
    return Outcome(settled + [_settled(sale, one) for one in decided])


def _without_known(sale: Sale, entries: list[InLine]) -> tuple[list[InLine], list[Settled]]:
    """Entries that are new, and the ends of those that were here before.

    The same entry again is a second delivery and takes nothing. Another entry of a ticket that
    has a claim took a unit from remain for nothing: that one goes back.
    """
    rows = Claim.objects.filter(
        sale=sale, ticket__in={entry.ticket for entry in entries}
    ).select_related("unit", "order")
    by_entry = {(row.gate_epoch, row.gate_entry): row for row in rows}
    by_ticket = {row.ticket for row in rows if row.state != ClaimState.REFUSED}
    fresh: dict[str, InLine] = {}
    settled: list[Settled] = []
    for entry in entries:
        same = by_entry.get((entry.epoch, entry.entry_id))
        if same is not None and same.state == ClaimState.REFUSED:
            settled.append(_released(sale, entry))
        elif same is not None:
            settled.append(Settled(entry.entry_id, same.ticket, result=of_claim(same)))
        elif entry.ticket in by_ticket or entry.ticket in fresh:
            give = not entry.has_lost
            settled.append(Settled(entry.entry_id, lot_id=entry.lot_id, give=give))
        else:
            fresh[entry.ticket] = entry
    return list(fresh.values()), settled


def _without_refused(sale: Sale, entries: list[InLine]) -> tuple[list[Pair], list[Pair]]:
    """Entries whose reservation stands and whose person may buy, and the others."""
    known = claim_rows.reservers(sale, [entry.number for entry in entries])
    allowed: list[Pair] = []
    refused: list[Pair] = []
    for entry in entries:
        row = known.get(entry.number)
        if row is None or row.person_id != entry.person_id or row.lot_id != entry.lot_id:
            raise BadEntry("no reservation has that number, person and lot")
        (refused if row.refusal else allowed).append((entry, row))
    return allowed, refused


def _assign(sale: Sale, pairs: list[Pair], *, now: datetime) -> tuple[list[Winner], list[Pair]]:
    """The first entries of each lot get its lowest free numbers and an order; the rest none."""
    winners: list[Winner] = []
    losers: list[Pair] = []
    for lot in sale.lots.select_related("variant__product__store"):
        of_lot = [pair for pair in pairs if pair[0].lot_id == lot.pk]
        wanted = [pair for pair in of_lot if not pair[0].has_lost]
        losers += [pair for pair in of_lot if pair[0].has_lost]
        free = units.pick_free(lot_id=lot.pk, count=len(wanted)) if wanted else []
        faultpoints.reach("units picked")
        lucky = wanted[: len(free)]
        refs = orders.create_held([_order(sale, lot, *pair, now=now) for pair in lucky], now=now)
        for (entry, row), unit, ref in zip(lucky, free, refs, strict=True):
            winners.append(Winner(entry, row, unit, lot, ref))
        losers += wanted[len(free) :]
    return winners, losers


def _order(sale: Sale, lot: Lot, entry: InLine, row: Reserver, *, now: datetime) -> HeldOrder:
    store, price = lot.variant.product.store, lot.unit_price_minor
    return HeldOrder(
        buyer_id=row.person_id,
        store_id=store.pk,
        variant_id=lot.variant_id,
        quantity=1,
        unit_price_minor=price,
        shipping_minor=store.shipping_minor(price),
        currency=sale.currency,
        address=row.address,
        origin_reference=f"sale:{sale.pk}:{entry.ticket}",
        pay_by=_deadline(sale, now),
    )


def _charge(sale: Sale, winners: list[Winner], *, now: datetime) -> dict[int, int]:
    """Who consented and has the money has paid; everybody else pays by hand. By order id."""
    consenting = [winner for winner in winners if winner.reserver.pay_from_wallet]
    if not consenting:
        return {}
    charges = {_key(winner): _wallet_charge(sale, winner) for winner in consenting}
    paid = pay_from_wallets(list(charges.values()), now=now)
    payments = {
        winner.order.id: paid[_key(winner)] for winner in consenting if _key(winner) in paid
    }
    orders.mark_paid_many(payments, now=now)
    return payments


def _key(winner: Winner) -> str:
    return f"claim:{winner.entry.ticket}"


def _wallet_charge(sale: Sale, winner: Winner) -> WalletCharge:
    return WalletCharge(
        payer_id=winner.reserver.person_id,
        payee_id=winner.lot.variant.product.store.profile_id,
        amount_minor=winner.total_minor,
        currency=sale.currency,
        reference=f"order:{winner.order.id}",
        key=_key(winner),
    )


def _won(sale: Sale, winner: Winner, payments: dict[int, int], *, now: datetime) -> Decided:
    is_paid = winner.order.id in payments
    return Decided(
        winner.entry,
        winner.reserver,
        ClaimState.PAID if is_paid else ClaimState.HELD,
        unit_id=winner.unit.pk,
        unit_number=winner.unit.number,
        order_id=winner.order.id,
        order_number=winner.order.number,
        held_until=_deadline(sale, now),
        paid_at=now if is_paid else None,
    )


def _deadline(sale: Sale, now: datetime) -> datetime:
    return now + timedelta(seconds=sale.hold_seconds)


def _move_units(decided: list[Decided]) -> None:
    for claim, unit in ((ClaimState.PAID, UnitState.PAID), (ClaimState.HELD, UnitState.HELD)):
        ids = [one.unit_id for one in decided if one.state == claim and one.unit_id]
        units.move(ids, unit)


def _note_sell_out(sale: Sale, *, now: datetime) -> None:
    if sale.sold_out_at is None and not units.any_free(sale):
        sale.sold_out_at = now
        sale.save(update_fields=["sold_out_at"])


def _settled(sale: Sale, one: Decided) -> Settled:
    """One without stock gives nothing back: the unit that remain counted for it is not there,
    giving it back would admit the next for nothing."""
    if one.state == ClaimState.REFUSED:
        return _released(sale, one.entry)
    return Settled(one.entry.entry_id, one.entry.ticket, result=one.result)


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
