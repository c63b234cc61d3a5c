"""Claims in line become claims on units, with orders and, where it was agreed, payments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from flashsale import tokens
from flashsale.claim_states import ClaimState
from flashsale.gate.keys import claim_bit
from flashsale.gate.results import Result, of_claim
from flashsale.models import Claim, Lot, Reservation, Sale, Unit
from flashsale.services import units
from flashsale.services.batches import BadEntry, Batch, Outcome, Settled
from flashsale.services.locking import lock_epoch
from flashsale.unit_states import UnitState
from payments.services.bulk import WalletCharge, pay_from_wallets
from shop.services import orders
from shop.services.orders import HeldOrder, OrderRef
from socialcommerce.lib import faultpoints


@dataclass(frozen=True, slots=True)
class InLine:
    """One admitted claim as the gate wrote it. `epoch` is the one that admitted it."""

    entry_id: str
    epoch: int
    person_id: int
    number: int
    lot_id: int
    slot: int
    ticket: str
    claimed_at: datetime


@dataclass(slots=True)
class Winner:
    """A claim that gets a unit in this batch, on its way through order and payment."""

    entry: InLine
    reservation: Reservation
    unit: Unit
    lot: Lot
    order: OrderRef | None = None
    payment_id: int | None = None


def work(batch: Batch) -> Outcome:
    """Each entry is held, paid, without stock, refused, or what it was when it came before.

    Opens the transaction; locks the sale, then units, then (through payments) wallets. Raises
    StaleEpoch and BadEntry.
    """
    entries = [_parse(entry.id, entry.fields) for entry in batch.entries]
    with transaction.atomic(durable=True):
        sale = lock_epoch(batch.sale_id, batch.epoch)
        _check(sale, entries)
        fresh, settled = _without_known(sale, entries)
        allowed, refused = _without_refused(sale, fresh, now=batch.now)
        winners, losers = _assign(sale, allowed)
        _order(sale, winners, now=batch.now)
        _charge(sale, winners, now=batch.now)
        claims = [_won(sale, winner, now=batch.now) for winner in winners]
        claims += [
            _lost(sale, entry, row, ClaimState.NO_STOCK, now=batch.now) for entry, row in losers
        ]
        Claim.objects.bulk_create([*claims, *refused])
        _move_units(winners)
        _note_sell_out(sale, now=batch.now)
        faultpoints.reach("claims before commit")
    faultpoints.reach("claims after commit")
    numbers = {winner.order.id: winner.order.number for winner in winners if winner.order}
    return Outcome(settled + [_settled(sale, claim, numbers) for claim in [*claims, *refused]])


def _parse(entry_id: str, fields: dict[str, str]) -> InLine:
    try:
        return InLine(
            entry_id=entry_id,
            epoch=int(fields["epoch"]),
            person_id=int(fields["person"]),
            number=int(fields["number"]),
            lot_id=int(fields["lot"]),
            slot=int(fields["slot"]),
            ticket=fields["ticket"],
            claimed_at=datetime.fromtimestamp(int(fields["at"]) / 1_000_000, tz=UTC),
        )
    except (KeyError, ValueError, OverflowError, OSError) as error:
        raise BadEntry(f"not a claim: {error!r}") from error


def _check(sale: Sale, entries: list[InLine]) -> None:
    for entry in entries:
        right = tokens.ticket(sale_id=sale.pk, number=entry.number, slot=entry.slot)
        if entry.ticket != right or not 1 <= entry.slot <= sale.slots:
            raise BadEntry("its ticket is not the one of its reservation and slot")


def _without_known(sale: Sale, entries: list[InLine]) -> tuple[list[InLine], list[Settled]]:
    """Entries that are new, and the ends of those that were here before.

    The same entry again is a second delivery and takes nothing. Another entry of a ticket that
    has a claim took a unit from remain for nothing: that one goes back.
    """
    rows = Claim.objects.filter(
        sale=sale, ticket__in={entry.ticket for entry in entries}
    ).select_related("unit", "order", "reservation")
    by_entry = {(row.gate_epoch, row.gate_entry): row for row in rows}
    by_ticket = {row.ticket: row for row in rows if row.state != ClaimState.REFUSED}
    fresh: dict[str, InLine] = {}
    settled: list[Settled] = []
    for entry in entries:
        same = by_entry.get((entry.epoch, entry.entry_id))
        if same is not None and same.state == ClaimState.REFUSED:
            settled.append(_settled(sale, same, {}))
        elif same is not None:
            settled.append(Settled(entry.entry_id, same.ticket, result=of_claim(same)))
        elif entry.ticket in by_ticket or entry.ticket in fresh:
            settled.append(Settled(entry.entry_id, lot_id=entry.lot_id, give=True))
        else:
            fresh[entry.ticket] = entry
    return list(fresh.values()), settled


def _without_refused(
    sale: Sale, entries: list[InLine], *, now: datetime
) -> tuple[list[tuple[InLine, Reservation]], list[Claim]]:
    """Entries whose reservation stands and whose person may buy, and refusals of the others."""
    rows = Reservation.objects.filter(sale=sale, number__in=[entry.number for entry in entries])
    by_number = {row.number: row for row in rows.select_related("person__user")}
    allowed: list[tuple[InLine, Reservation]] = []
    refused: list[Claim] = []
    for entry in entries:
        row = by_number.get(entry.number)
        if row is None or row.person_id != entry.person_id or row.lot_id != entry.lot_id:
            raise BadEntry("no reservation has that number, person and lot")
        reason = _reason_to_refuse(row)
        if reason:
            refused.append(_lost(sale, entry, row, ClaimState.REFUSED, now=now, reason=reason))
        else:
            allowed.append((entry, row))
    return allowed, refused


def _reason_to_refuse(row: Reservation) -> str:
    user = row.person.user
    if row.withdrawn_at is not None:
        return "withdrawn"
    if user is None or not user.is_active:
        return "inactive"
    return "frozen" if user.frozen_at is not None else ""


def _assign(
    sale: Sale, entries: list[tuple[InLine, Reservation]]
) -> tuple[list[Winner], list[tuple[InLine, Reservation]]]:
    """The first entries of each lot get its lowest free numbers; the rest get none."""
    winners: list[Winner] = []
    losers: list[tuple[InLine, Reservation]] = []
    for lot in sale.lots.select_related("variant__product__store"):
        wanted = [pair for pair in entries if pair[0].lot_id == lot.pk]
        free = units.pick_free(lot_id=lot.pk, count=len(wanted)) if wanted else []
        faultpoints.reach("units picked")
        winners += [
            Winner(entry, row, unit, lot) for (entry, row), unit in zip(wanted, free, strict=False)
        ]
        losers += wanted[len(free) :]
    return winners, losers


def _order(sale: Sale, winners: list[Winner], *, now: datetime) -> None:
    pay_by = now + timedelta(seconds=sale.hold_seconds)
    rows = []
    for winner in winners:
        store = winner.lot.variant.product.store
        price = winner.lot.unit_price_minor
        rows.append(
            HeldOrder(
                buyer_id=winner.entry.person_id,
                store_id=store.pk,
                variant_id=winner.lot.variant_id,
                quantity=1,
                unit_price_minor=price,
                shipping_minor=store.shipping_minor(price),
                currency=sale.currency,
                address=winner.reservation.address,
                origin_reference=f"sale:{sale.pk}:{winner.entry.ticket}",
                pay_by=pay_by,
            )
        )
    for winner, ref in zip(winners, orders.create_held(rows, now=now), strict=True):
        winner.order = ref


def _charge(sale: Sale, winners: list[Winner], *, now: datetime) -> None:
    """Who consented and has the money has paid; everybody else pays by hand."""
    consenting = {
        f"claim:{winner.entry.ticket}": winner
        for winner in winners
        if winner.reservation.pay_from_wallet
    }
    charges = [_wallet_charge(sale, key, winner) for key, winner in consenting.items()]
    paid = pay_from_wallets(charges, now=now) if charges else {}
    for key, payment_id in paid.items():
        consenting[key].payment_id = payment_id
    orders.mark_paid_many(
        {
            winner.order.id: winner.payment_id
            for winner in consenting.values()
            if winner.order is not None and winner.payment_id is not None
        },
        now=now,
    )


def _wallet_charge(sale: Sale, key: str, winner: Winner) -> WalletCharge:
    store, price = winner.lot.variant.product.store, winner.lot.unit_price_minor
    assert winner.order is not None  # noqa: S101 - _order() has just set it
    return WalletCharge(
        payer_id=winner.entry.person_id,
        payee_id=store.profile_id,
        amount_minor=price + store.shipping_minor(price),
        currency=sale.currency,
        reference=f"order:{winner.order.id}",
        key=key,
    )


def _won(sale: Sale, winner: Winner, *, now: datetime) -> Claim:
    claim = _lost(sale, winner.entry, winner.reservation, ClaimState.HELD, now=now)
    claim.unit = winner.unit
    assert winner.order is not None  # noqa: S101 - _order() has set it
    claim.order_id = winner.order.id
    claim.held_until = now + timedelta(seconds=sale.hold_seconds)
    if winner.payment_id is not None:
        claim.state, claim.paid_at = ClaimState.PAID, now
    return claim


def _lost(
    sale: Sale,
    entry: InLine,
    row: Reservation,
    state: ClaimState,
    *,
    now: datetime,
    reason: str = "",
) -> Claim:
    return Claim(
        sale=sale,
        lot_id=row.lot_id,
        person_id=row.person_id,
        reservation=row,
        slot=entry.slot,
        state=state,
        ticket=entry.ticket,
        reason=reason,
        gate_epoch=entry.epoch,
        gate_entry=entry.entry_id,
        claimed_at=entry.claimed_at,
        created_at=now,
    )


def _move_units(winners: list[Winner]) -> None:
    paid = [winner.unit.pk for winner in winners if winner.payment_id is not None]
    held = [winner.unit.pk for winner in winners if winner.payment_id is None]
    units.move(paid, UnitState.PAID)
    units.move(held, UnitState.HELD)


def _note_sell_out(sale: Sale, *, now: datetime) -> None:
    if sale.sold_out_at is None and not units.any_free(sale):
        sale.sold_out_at = now
        sale.save(update_fields=["sold_out_at"])


def _settled(sale: Sale, claim: Claim, numbers: Mapping[int, str]) -> Settled:
    """A refused claim gives its unit back and may be sent again. One without stock does not:
    the unit that remain counted for it is not there, giving it back would admit the next for
    nothing."""
    refused = claim.state == ClaimState.REFUSED
    bit = claim_bit(number=claim.reservation.number, slot=claim.slot, slots=sale.slots)
    return Settled(
        claim.gate_entry,
        ticket=claim.ticket,
        lot_id=claim.lot_id,
        result=_result(claim, numbers.get(claim.order_id or 0, "")),
        give=refused,
        unmark=bit if refused else None,
    )


def _result(claim: Claim, order_number: str) -> Result:
    until = claim.held_until if claim.state == ClaimState.HELD else None
    return Result(
        claim.state,
        unit=claim.unit.number if claim.unit else 0,
        until=int(until.timestamp()) if until else 0,
        number=order_number if claim.state == ClaimState.PAID else "",
    )
