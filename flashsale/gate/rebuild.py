"""Loading the gate anew from PostgreSQL, after Redis was lost, replaced or only restarted.

The order is the safety: the epoch first (it fences every worker), the lease last (it opens). A
crash anywhere between leaves the gate closed, and the controller's next second begins again.
"""

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from flashsale import draw_steps
from flashsale.claim_states import LIVE, ClaimState
from flashsale.gate import bitmaps, control, scripts
from flashsale.gate.keys import Keys, microseconds
from flashsale.gate.published import DRAW_STEP
from flashsale.intake import drains, streams
from flashsale.models import Claim, Lot, Reservation, Sale, Unit
from flashsale.sale_states import SaleState
from flashsale.services import attendance
from flashsale.services.fairness import openings
from flashsale.services.locking import lock_epoch, lock_sale, lock_sale_to_end
from flashsale.unit_states import UnitState
from socialcommerce.lib import faultpoints, guards, redis

logger = logging.getLogger(__name__)

CHUNK: Final = 5_000  # rows, results and keys in one round trip
RECEIVED: Final = """
SELECT person_id AS bit FROM flashsale_reservation
WHERE sale_id = %(sale)s AND withdrawn_at IS NULL
"""
# Whoever was refused may try again; every other claim stands in the way of another.
CLAIMED: Final = """
SELECT (reservation.number - 1)::bigint * %(slots)s + claim.slot - 1 AS bit
FROM flashsale_claim claim
JOIN flashsale_reservation reservation ON reservation.id = claim.reservation_id
WHERE claim.sale_id = %(sale)s AND claim.state <> 'refused'
"""
# In a wave whoever ever had a unit has had the chance, with every slot; whoever lost has not.
CLAIMED_IN_WAVE: Final = """
SELECT (reservation.number - 1)::bigint * %(slots)s + slot.number - 1 AS bit
FROM flashsale_claim claim
JOIN flashsale_reservation reservation ON reservation.id = claim.reservation_id
CROSS JOIN generate_series(1, %(slots)s) AS slot (number)
WHERE claim.sale_id = %(sale)s AND claim.state NOT IN ('refused', 'no_stock')
UNION ALL
SELECT (reservation.number - 1)::bigint * %(slots)s + claim.slot - 1
FROM flashsale_claim claim
JOIN flashsale_reservation reservation ON reservation.id = claim.reservation_id
WHERE claim.sale_id = %(sale)s AND claim.state = 'no_stock' AND claim.wave = %(wave)s
"""


# What happens to the sale's units while its gate is closed and nothing waits.
Turn = Callable[[Sale], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the gate is to carry, read from PostgreSQL under the new epoch."""

    sale: Sale
    remain: dict[int, int]
    received: bytes
    claimed: bytes
    came: bytes


def rebuild(*, sale_id: int, run_id: str, now: datetime, turn: Turn | None = None) -> None:
    """The gate of the sale is open under a new epoch, exactly as PostgreSQL knows it.

    `run_id` names the Redis process that is loaded. `turn` moves units between waves, while
    nothing is admitted and nothing waits. Raises redis.RedisError and
    django.db.OperationalError; then the gate is closed.
    """
    client = redis.gate()
    sale, was_open = _new_epoch(sale_id)
    if sale.state != SaleState.APPROVED:
        return
    keys = Keys(sale_id)
    lost = was_open and _is_lost(client, keys, sale, run_id)
    client.delete(keys.lease, keys.meta)
    if lost:
        Sale.objects.filter(pk=sale_id, epoch=sale.epoch).update(gate_run_id="")
    drains.drain_survivors(client, sale=sale, now=now)
    attendance.note(client, sale, now=now)
    if turn is not None:
        turn(sale)
    faultpoints.reach("before the count")
    loaded = _read(sale)
    # Past the end too: whoever was in line before the gate was lost was in time.
    restoring = lost and loaded.sale.starts_at <= control.now(client)
    _load(client, loaded, run_id=run_id, restoring=restoring)
    faultpoints.reach("gate loaded")
    openings.mark(client, loaded.sale)
    is_open = _open(client, loaded, run_id=run_id)
    said = "open" if is_open else "closed again"
    logger.info("Sale %s: gate %s, epoch %s, lost: %s", sale_id, said, sale.epoch, lost)
    answer(loaded.sale)


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


def _load(client: redis.Redis, loaded: Loaded, *, run_id: str, restoring: bool) -> None:
    sale, keys = loaded.sale, Keys(loaded.sale.pk)
    pipe = client.pipeline(transaction=True)
    # In one transaction: whoever else loads an older epoch replaces the fence with the counts.
    pipe.set(keys.received, loaded.received)
    pipe.set(keys.claimed, loaded.claimed)
    pipe.set(keys.written, loaded.received)
    # Whoever came in this very moment is only in Redis; nobody is ever taken out.
    pipe.set(keys.came_before, loaded.came)
    pipe.bitop("OR", keys.came, keys.came, keys.came_before)
    pipe.delete(keys.came_before)
    for lot_id, count in loaded.remain.items():
        pipe.set(keys.remain(lot_id), count)
    pipe.delete(keys.meta, keys.notice, keys.places)
    seconds, rest_us = client.time()
    redis_us = int(seconds) * 1_000_000 + int(rest_us)
    until_us = redis_us + settings.SALE_RESTORE_SECONDS * 1_000_000 if restoring else 0
    pipe.hset(keys.meta, mapping=_meta(sale, loaded, run_id, until_us))
    pipe.execute()
    streams.ensure(client, keys.claims)
    streams.ensure(client, keys.reservations)


def _open(client: redis.Redis, loaded: Loaded, *, run_id: str) -> bool:
    """False if somebody has closed it while it was loaded: the next second begins again."""
    sale = loaded.sale
    scripts.load(client, control.fence_of(sale))
    faultpoints.reach("scripts loaded")
    control.pay_out(client, sale, loaded.remain)
    _forget_withdrawn(client, loaded)
    is_open = control.open_gate(client, sale)
    Sale.objects.filter(pk=sale.pk, epoch=sale.epoch).update(gate_run_id=run_id)
    return is_open


def _forget_withdrawn(client: redis.Redis, loaded: Loaded) -> None:
    """Whoever withdrew while the gate was loaded found no gate to say it to."""
    sale = loaded.sale
    if sale.reserve_closes_at < control.now(client):
        return
    gone = Reservation.objects.filter(sale=sale).exclude(withdrawn_at=None)
    for person_id in gone.values_list("person_id", flat=True).iterator(chunk_size=CHUNK):
        if bitmaps.has(loaded.received, person_id):
            control.forget_reservation(sale, person_id=person_id)


def _meta(sale: Sale, loaded: Loaded, run_id: str, until_us: int) -> Mapping[Any, Any]:
    fence = control.fence_of(sale)
    return {
        "fence": str(fence),
        "run_id": run_id,
        "epoch": fence.epoch,
        "lots": ",".join(map(str, loaded.remain)),
        "opens_us": microseconds(sale.reserve_opens_at),
        "closes_us": microseconds(sale.reserve_closes_at),
        "starts_us": microseconds(sale.starts_at),
        "ends_us": microseconds(sale.ends_at),
        "restoring": int(bool(until_us)),
        "restore_until_us": until_us,
        "kind": sale.kind,
        "wave": sale.wave,
        "window_us": sale.opening_window_ms * 1_000,
        # Whether claims of the opening window still wait for their order (fairness.openings).
        "undecided": int(bool(sale.opening_window_ms) and sale.allocated_at is None),
        "seed": sale.seed if sale.opening_window_ms else "",
        DRAW_STEP: draw_steps.of(sale).value,
        "work_bits": sale.work_bits,
        "slots": sale.slots,
        "rehearsal": int(sale.rehearses_id is not None),
        "claim_sha": scripts.sha("claim", fence),
        "reserve_sha": scripts.sha("reserve", fence),
    }


def _read(sale: Sale) -> Loaded:
    """Under the sale's lock, and with a new nonce from that very moment.

    A unit that came back before is in the count, and its `give` names the old nonce, so that it
    is not counted twice; one that comes back later names the new one, and where that one speaks
    before the gate is loaded, it is noted for it (control.give). No order of the sale is half way
    between: neither on its way to give a unit back nor to take one.
    """
    with transaction.atomic(durable=True):
        if guards.is_on("orders kept from the count"):
            lock_sale_to_end(sale.pk)
        current = lock_epoch(sale.pk, sale.epoch)
        if guards.is_on("nonce with the count"):
            current.nonce = secrets.token_hex(8)
            current.save(update_fields=["nonce"])
        values = {"sale": sale.pk, "slots": current.slots, "wave": current.wave}
        free = Unit.objects.filter(sale=sale, state=UnitState.FREE).values_list("lot_id")
        counts = dict(free.annotate(count=Count("pk")).order_by())
        lots = Lot.objects.filter(sale=sale).order_by("pk").values_list("pk", flat=True)
        return Loaded(
            sale=current,
            remain={lot_id: counts.get(lot_id, 0) for lot_id in lots},
            received=bitmaps.load(RECEIVED, values),
            claimed=bitmaps.load(CLAIMED if current.wave == 0 else CLAIMED_IN_WAVE, values),
            came=attendance.bits(sale.pk),
        )


def answer(sale: Sale) -> None:
    """Everybody with a claim is answered again, those with a unit first.

    After the opening, because with a crowd it takes longer than all the rest; until it is done
    the gate says that it is being restored to whoever it has no answer for. Raises RedisError.
    """
    client = redis.gate()
    # Who was refused may claim again, and that claim's own result is to be the first.
    claims = Claim.objects.filter(sale=sale).exclude(state=ClaimState.REFUSED)
    for part in (claims.filter(state__in=LIVE), claims.exclude(state__in=LIVE)):
        ids = part.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=CHUNK)
        while chunk := list(islice(ids, CHUNK)):
            control.tell(chunk)
    control.note_answered(client, sale)
