"""Received reservations become rows, by the hundred."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from accounts.models import Address, Profile
from accounts.services import addresses
from feed.cards import CardRef
from feed.services.bulk import NewPost, publish_many
from flashsale import tokens
from flashsale.gate.results import Result
from flashsale.intake.batches import BadEntry, Batch, Outcome, Settled
from flashsale.models import Lot, Reservation, Sale
from flashsale.services.locking import lock_epoch
from flashsale.standings import Standing

CARD = "sale"


@dataclass(frozen=True, slots=True)
class Received:
    entry_id: str
    person_id: int
    lot_id: int
    address_id: int
    pay_from_wallet: bool
    share: bool
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says about everybody in the batch: a fixed number of queries."""

    rows: dict[int, Reservation]
    people: set[int]
    addresses: dict[int, Address]
    lots: set[int]


def work(batch: Batch) -> Outcome:
    """Each entry is a reservation with the next number, the one there was, or a refusal.

    Opens the transaction and locks the sale. Raises StaleEpoch and BadEntry.
    """
    received = [_parse(entry.id, entry.fields) for entry in batch.entries]
    with transaction.atomic(durable=True):
        sale = lock_epoch(batch.sale_id, batch.epoch)
        known = _look_up(sale, received)
        fresh, settled = _sort(sale, received, known)
        settled += _write(sale, fresh, known, now=batch.now)
        sale.save(update_fields=["reserved", "withdrawn"])
    return Outcome(settled)


def _parse(entry_id: str, fields: dict[str, str]) -> Received:
    try:
        return Received(
            entry_id=entry_id,
            person_id=int(fields["person"]),
            lot_id=int(fields["lot"]),
            address_id=int(fields["address"]),
            pay_from_wallet=fields["wallet"] == "1",
            share=fields["share"] == "1",
            received_at=datetime.fromtimestamp(int(fields["at"]) / 1_000_000, tz=UTC),
        )
    except (KeyError, ValueError, OverflowError, OSError) as error:
        raise BadEntry(f"not a reservation: {error!r}") from error


def _look_up(sale: Sale, received: list[Received]) -> Known:
    people = {entry.person_id for entry in received}
    rows = Reservation.objects.filter(sale=sale, person__in=people)
    active = Profile.objects.filter(pk__in=people, user__is_active=True, user__frozen_at=None)
    kept = Address.objects.kept().in_bulk({entry.address_id for entry in received})
    return Known(
        rows={row.person_id: row for row in rows},
        people=set(active.values_list("pk", flat=True)),
        addresses=kept,
        lots=set(Lot.objects.filter(sale=sale).values_list("pk", flat=True)),
    )


def _sort(
    sale: Sale, received: list[Received], known: Known
) -> tuple[dict[int, Received], list[Settled]]:
    """Those to be written by person, and the ends of all others."""
    fresh: dict[int, Received] = {}
    settled: list[Settled] = []
    for entry in received:
        row = known.rows.get(entry.person_id)
        if row is not None and row.withdrawn_at is None:
            settled.append(_reserved(sale, entry, row.number))
        elif row is not None and entry.received_at <= row.received_at:
            # Delivered again, or by yesterday's Redis: the withdrawal since then stands.
            settled.append(Settled(entry.entry_id))
        elif (refusal := _refusal(entry, known)) is not None:
            settled.append(_refused(sale, entry, refusal))
        elif entry.person_id in fresh:
            settled.append(Settled(entry.entry_id))
        else:
            fresh[entry.person_id] = entry
    return fresh, settled


def _refusal(entry: Received, known: Known) -> Standing | None:
    if entry.person_id not in known.people or entry.lot_id not in known.lots:
        return Standing.REFUSED
    address = known.addresses.get(entry.address_id)
    if address is None or address.profile_id != entry.person_id:
        return Standing.BAD_ADDRESS
    return None


def _write(sale: Sale, fresh: dict[int, Received], known: Known, *, now: datetime) -> list[Settled]:
    posts = _share(sale, [entry for entry in fresh.values() if entry.share], now=now)
    rows, settled = [], []
    for person_id, entry in fresh.items():
        again = known.rows.get(person_id)
        if again is None:
            sale.reserved += 1
        else:
            sale.withdrawn -= 1
        row = again or Reservation(sale=sale, person_id=person_id, number=sale.reserved)
        row.lot_id = entry.lot_id
        row.address = addresses.snapshot(known.addresses[entry.address_id])
        row.pay_from_wallet = entry.pay_from_wallet
        row.post_id = posts.get(person_id, row.post_id)
        row.received_at, row.created_at, row.withdrawn_at = entry.received_at, now, None
        if again is None:
            rows.append(row)
        else:
            again.save()
        settled.append(_reserved(sale, entry, row.number))
    Reservation.objects.bulk_create(rows)
    return settled


def _share(sale: Sale, sharing: list[Received], *, now: datetime) -> dict[int, int]:
    """The posts of those who share, by person. Nobody is notified one by one."""
    rows = [
        NewPost(
            author_id=entry.person_id,
            text=sale.post_text or sale.title,
            card=CardRef(CARD, sale.pk),
            idempotency_key=f"sale:{sale.pk}",
        )
        for entry in sharing
    ]
    posts = publish_many(rows, now=now) if rows else []
    return {post.author_id: post.pk for post in posts}


def _reserved(sale: Sale, entry: Received, number: int) -> Settled:
    return Settled(
        entry.entry_id,
        ticket=tokens.reservation_ticket(sale_id=sale.pk, person_id=entry.person_id),
        result=Result(Standing.RESERVED, number=str(number)),
    )


def _refused(sale: Sale, entry: Received, refusal: Standing) -> Settled:
    return Settled(
        entry.entry_id,
        ticket=tokens.reservation_ticket(sale_id=sale.pk, person_id=entry.person_id),
        result=Result(refusal),
        unmark=entry.person_id,
    )
