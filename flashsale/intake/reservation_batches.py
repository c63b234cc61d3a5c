"""Received reservations become rows, by the hundred: three statements whatever their number."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.db import connection, transaction

from accounts import countries
from feed.cards import CardRef
from feed.services.bulk import NewPost, publish_many
from flashsale import tokens
from flashsale.gate.results import Result
from flashsale.intake.batches import MICROSECONDS_MAX, BadEntry, Batch, Outcome, Settled
from flashsale.models import Sale
from flashsale.services.locking import lock_epoch
from flashsale.standings import Standing
from socialcommerce.lib import arrays, faultpoints

CARD = "sale"
SQL: Final = Path(__file__).resolve().parent.parent / "sql"
LOOK: Final = (SQL / "look_at_reservers.sql").read_text()
INSERT: Final = (SQL / "insert_reservations.sql").read_text()


class Received(NamedTuple):
    """One reservation as the gate wrote it; the time is Redis's in microseconds."""

    entry_id: str
    person_id: int
    lot_id: int
    address_id: int
    pay_from_wallet: bool
    share: bool
    received_us: int


class Look(NamedTuple):
    """What PostgreSQL says about the person of one entry. `number` is None without a row."""

    may_buy: bool
    has_address: bool
    number: int | None
    stands: bool
    received_us: int | None


class Fresh(NamedTuple):
    """An entry that is to be written, under a new number or its old one."""

    entry: Received
    number: int


def work(batch: Batch) -> Outcome:
    """Each entry is a reservation with the next number, the one there was, or a refusal.

    Opens the transaction and locks the sale. Raises StaleEpoch and BadEntry.
    """
    received = [_parse(entry.id, entry.fields) for entry in batch.entries]
    with transaction.atomic(durable=True):
        sale = lock_epoch(batch.sale_id, batch.epoch)
        fresh, settled = _sort(sale, received)
        if fresh:
            _write(sale, fresh, now=batch.now)
            sale.save(update_fields=["reserved", "withdrawn"])
    faultpoints.reach("reservations after commit")
    return Outcome(settled + [_reserved(sale, one.entry, one.number) for one in fresh])


def _parse(entry_id: str, fields: Mapping[str, str]) -> Received:
    try:
        entry = Received(
            entry_id,
            int(fields["person"]),
            int(fields["lot"]),
            int(fields["address"]),
            fields["wallet"] == "1",
            fields["share"] == "1",
            int(fields["at"]),
        )
    except (KeyError, ValueError) as error:
        raise BadEntry(f"not a reservation: {error!r}") from error
    if not 0 <= entry.received_us < MICROSECONDS_MAX:
        raise BadEntry("it was received at no time")
    return entry


def _sort(sale: Sale, received: list[Received]) -> tuple[list[Fresh], list[Settled]]:
    """Those to be written, numbered, and the ends of all others."""
    lots = set(sale.lots.values_list("pk", flat=True))
    fresh: list[Fresh] = []
    settled: list[Settled] = []
    seen: set[int] = set()
    for entry, look in zip(received, _look(sale, received), strict=True):
        if look.number is not None and look.stands:
            settled.append(_reserved(sale, entry, look.number))
        elif look.received_us is not None and entry.received_us <= look.received_us:
            # Delivered again, or by yesterday's Redis: the withdrawal since then stands.
            settled.append(Settled(entry.entry_id))
        elif sale.sealed_at is not None:
            # Brought back by yesterday's Redis: the sealed list has no place for it.
            settled.append(_refused(sale, entry, Standing.RESERVE_LATE))
        elif (refusal := _refusal(entry, look, lots)) is not None:
            settled.append(_refused(sale, entry, refusal))
        elif entry.person_id in seen:
            settled.append(Settled(entry.entry_id))
        else:
            seen.add(entry.person_id)
            fresh.append(Fresh(entry, _number(sale, look)))
    return fresh, settled


def _look(sale: Sale, received: list[Received]) -> list[Look]:
    values: dict[str, Any] = {
        "sale": sale.pk,
        "people": arrays.integers(entry.person_id for entry in received),
        "addresses": arrays.integers(entry.address_id for entry in received),
    }
    with connection.cursor() as cursor:
        cursor.execute(LOOK, values)
        return [Look(*row) for row in cursor.fetchall()]


def _refusal(entry: Received, look: Look, lots: set[int]) -> Standing | None:
    if not look.may_buy or entry.lot_id not in lots:
        return Standing.REFUSED
    return None if look.has_address else Standing.BAD_ADDRESS


def _number(sale: Sale, look: Look) -> int:
    """The old one of somebody who had withdrawn, or the next."""
    if look.number is not None:
        sale.withdrawn -= 1
        return look.number
    sale.reserved += 1
    return sale.reserved


def _write(sale: Sale, fresh: list[Fresh], *, now: datetime) -> None:
    posts = _share(sale, [one.entry for one in fresh if one.entry.share], now=now)
    values: dict[str, Any] = {
        "sale": sale.pk,
        "now": now,
        "countries": json.dumps(dict(countries.choices())),
        "has_limit": sale.per_address_limit > 0,
        "lots": arrays.integers(one.entry.lot_id for one in fresh),
        "people": arrays.integers(one.entry.person_id for one in fresh),
        "numbers": arrays.integers(one.number for one in fresh),
        "addresses": arrays.integers(one.entry.address_id for one in fresh),
        "wallets": arrays.flags(one.entry.pay_from_wallet for one in fresh),
        "posts": arrays.optional_integers(posts.get(one.entry.person_id) for one in fresh),
        "received": arrays.integers(one.entry.received_us for one in fresh),
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)


def _share(sale: Sale, sharing: list[Received], *, now: datetime) -> dict[int, int]:
    """The posts of those who share, by person. Nobody is notified, and followers see one entry.

    A key for each reservation: whoever withdrew one, which takes its post back, posts anew.
    """
    if sale.rehearses_id is not None:
        return {}  # its people play; what they say is not for the feed
    rows = [
        NewPost(
            author_id=entry.person_id,
            text=sale.post_text or sale.title,
            card=CardRef(CARD, sale.pk),
            idempotency_key=f"sale:{sale.pk}:{entry.received_us}",
            is_grouped=True,
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
