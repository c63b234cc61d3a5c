"""Loading the gate anew from PostgreSQL, after Redis was lost, replaced or only restarted.

The order is the safety: the epoch first (it fences every worker), the lease last (it opens). A
crash anywhere between leaves the gate closed, and the controller's next second begins again.
"""

import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from flashsale.claim_states import ClaimState
from flashsale.gate import control, results, scripts
from flashsale.gate.keys import Keys, claim_bit
from flashsale.intake import drains, streams
from flashsale.models import Claim, Lot, Reservation, Sale, Unit
from flashsale.sale_states import SaleState
from flashsale.services.locking import lock_sale
from flashsale.unit_states import UnitState
from socialcommerce.lib import redis

logger = logging.getLogger(__name__)

CHUNK = 5_000  # rows, results and keys in one round trip


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the gate is to carry, read from PostgreSQL under the new epoch."""

    remain: dict[int, int]
    received: bytes
    claimed: bytes


def rebuild(*, sale_id: int, run_id: str, now: datetime) -> None:
    """The gate of the sale is open under a new epoch, exactly as PostgreSQL knows it.

    `run_id` names the Redis process that is loaded. Raises redis.RedisError and
    django.db.OperationalError; then the gate is closed.
    """
    client = redis.gate()
    sale, was_open = _new_epoch(sale_id)
    if sale.state != SaleState.APPROVED:
        return
    keys, fence = Keys(sale_id), control.fence_of(sale)
    lost = was_open and _is_lost(client, keys, sale, run_id)
    client.delete(keys.lease, keys.meta)
    if lost:
        Sale.objects.filter(pk=sale_id, epoch=sale.epoch).update(gate_run_id="")
    drains.drain_survivors(client, sale=sale, now=now)
    # Past the end too: whoever was in line before the gate was lost was in time.
    restoring = lost and sale.starts_at <= control.now(client)
    _load(client, sale, run_id=run_id, restoring=restoring)
    scripts.load(client, fence)
    client.set(keys.lease, str(fence), px=settings.SALE_LEASE_MS)
    Sale.objects.filter(pk=sale_id, epoch=sale.epoch).update(gate_run_id=run_id)
    logger.info("Sale %s: gate open, epoch %s%s", sale_id, sale.epoch, " (lost)" if lost else "")


def _new_epoch(sale_id: int) -> tuple[Sale, bool]:
    """From here on no batch of an earlier opening can commit."""
    with transaction.atomic(durable=True):
        sale = lock_sale(sale_id)
        was_open = sale.epoch > 0
        sale.epoch += 1
        sale.nonce = secrets.token_hex(8)
        sale.save(update_fields=["epoch", "nonce"])
    return sale, was_open


def _is_lost(client: redis.Redis, keys: Keys, sale: Sale, run_id: str) -> bool:
    """Whether entries may have gone that somebody holds a receipt for.

    Another process may have come back with an older file. The same process without the stream
    was emptied.
    """
    return sale.gate_run_id != run_id or not client.exists(keys.claims)


def _load(client: redis.Redis, sale: Sale, *, run_id: str, restoring: bool) -> None:
    keys, loaded = Keys(sale.pk), _read(sale)
    _answer(client, sale)
    pipe = client.pipeline(transaction=True)
    # In one transaction: whoever else loads an older epoch replaces the fence with the counts.
    pipe.set(keys.received, loaded.received)
    pipe.set(keys.claimed, loaded.claimed)
    pipe.set(keys.written, loaded.received)
    for lot_id, count in loaded.remain.items():
        pipe.set(keys.remain(lot_id), count)
    pipe.delete(keys.meta, keys.notice, keys.places)
    seconds, microseconds = client.time()
    redis_us = int(seconds) * 1_000_000 + int(microseconds)
    until_us = redis_us + settings.SALE_RESTORE_SECONDS * 1_000_000 if restoring else 0
    pipe.hset(keys.meta, mapping=_meta(sale, loaded, run_id, until_us))
    pipe.execute()
    streams.ensure(client, keys.claims)
    streams.ensure(client, keys.reservations)


def _meta(sale: Sale, loaded: Loaded, run_id: str, until_us: int) -> Mapping[Any, Any]:
    fence = control.fence_of(sale)
    return {
        "fence": str(fence),
        "run_id": run_id,
        "epoch": fence.epoch,
        "lots": ",".join(map(str, loaded.remain)),
        "opens_us": _us(sale.reserve_opens_at),
        "closes_us": _us(sale.reserve_closes_at),
        "starts_us": _us(sale.starts_at),
        "ends_us": _us(sale.ends_at),
        "restoring": int(bool(until_us)),
        "restore_until_us": until_us,
        "claim_sha": scripts.sha("claim", fence),
        "reserve_sha": scripts.sha("reserve", fence),
    }


def _us(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


def _read(sale: Sale) -> Loaded:
    lots = Lot.objects.filter(sale=sale).values_list("pk", flat=True)
    people = Reservation.objects.standing().filter(sale=sale).values_list("person_id", flat=True)
    # Whoever was refused may try again; every other claim stands in the way of another.
    claims = Claim.objects.filter(sale=sale).exclude(state=ClaimState.REFUSED)
    slots = claims.values_list("reservation__number", "slot")
    return Loaded(
        remain={lot: Unit.objects.filter(lot_id=lot, state=UnitState.FREE).count() for lot in lots},
        received=_bitmap(people.iterator(chunk_size=CHUNK)),
        claimed=_bitmap(
            claim_bit(number=number, slot=slot, slots=sale.slots)
            for number, slot in slots.iterator(chunk_size=CHUNK)
        ),
    )


def _bitmap(bits: Iterable[int]) -> bytes:
    """As SETBIT would have written it: bit 0 is the highest of the first byte."""
    raw = bytearray(1024)
    for bit in bits:
        byte = bit >> 3
        if byte >= len(raw):
            raw.extend(bytes(max(byte + 1 - len(raw), len(raw))))
        raw[byte] |= 0x80 >> (bit & 7)
    return bytes(raw)


def _answer(client: redis.Redis, sale: Sale) -> None:
    # Who was refused may claim again, and that claim's own result is to be the first.
    told = Claim.objects.filter(sale=sale).exclude(state=ClaimState.REFUSED)
    claims = told.select_related("unit", "order").order_by("pk")
    chunk: list[Claim] = []
    for claim in claims.iterator(chunk_size=CHUNK):
        chunk.append(claim)
        if len(chunk) == CHUNK:
            results.publish(client, chunk)
            chunk = []
    results.publish(client, chunk)
