"""From the gate's streams into PostgreSQL: read, commit, and only then acknowledge."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings

from flashsale.gate import control
from flashsale.gate.keys import Keys
from flashsale.intake import batches, claim_batches, reservation_batches, streams
from flashsale.intake.batches import Batch, Work
from flashsale.models import Sale, Stream
from flashsale.services.locking import StaleEpoch
from socialcommerce.lib import clock, faultpoints, redis

# A task ends after so many batches, so that a worker can stop in good order; the next is nudged.
BATCHES_MAX: Final = 200
# So many batches that were not full, and another sale has its turn at this worker.
THIN_BATCHES_MAX: Final = 10
WORK: Final[dict[Stream, Work]] = {
    Stream.RESERVATIONS: reservation_batches.work,
    Stream.CLAIMS: claim_batches.work,
}


@dataclass(frozen=True, slots=True)
class Drained:
    """How many entries were settled, and whether the stream was empty at the end."""

    entries: int
    is_empty: bool


def drain(*, sale_id: int, stream: Stream, gathers: bool = False) -> Drained:
    """What waits in the stream is committed, batch by batch, and acknowledged.

    `gathers`: after a batch that was not full, SALE_DRAIN_GATHER_MS pass from its beginning until
    the next, so that a steady stream of people shares what a transaction costs.

    A closed gate leaves everything to the rebuild, which drains what survived. Raises
    redis.RedisError and django.db.OperationalError: what was not acknowledged comes again.
    """
    client, done, thin = redis.gate(), 0, 0
    for _batch in range(BATCHES_MAX):
        began = time.monotonic()
        try:
            count = _drain_batch(client, sale_id=sale_id, stream=stream, now=clock.now())
        except (StaleEpoch, streams.NoStream):
            return Drained(done, is_empty=True)
        if count == 0:
            return Drained(done, is_empty=True)
        done += count
        if gathers and count < settings.SALE_DRAIN_BATCH:
            thin += 1
            if thin == THIN_BATCHES_MAX:
                break
            _let_gather(began)
    return Drained(done, is_empty=False)


def _let_gather(began: float) -> None:
    passed = time.monotonic() - began
    time.sleep(max(0.0, settings.SALE_DRAIN_GATHER_MS / 1_000 - passed))


def _drain_batch(client: redis.Redis, *, sale_id: int, stream: Stream, now: datetime) -> int:
    keys = Keys(sale_id)
    # Before the entries: a worker that sleeps over a rebuild then knows only the old epoch.
    fence = control.open_fence(client, sale_id)
    if fence is None:
        return 0
    name, bitmap = _names(keys, stream)
    entries = streams.take(client, name, count=settings.SALE_DRAIN_BATCH)
    if not entries:
        return 0
    outcome = batches.work(
        Batch(sale_id, fence.epoch, entries, now), stream=stream, by=WORK[stream]
    )
    faultpoints.reach(f"{stream} before ack")
    if not control.settle(client, fence, stream=name, bitmap=bitmap, outcome=outcome):
        return 0
    return len(entries)


def drain_survivors(client: redis.Redis, *, sale: Sale, now: datetime) -> None:
    """Everything that is left in the streams is committed under the sale's new epoch.

    Called by a rebuild only, while the gate is closed: counts and answers are loaded afterwards,
    so the gate need not hear of it. Raises StaleEpoch if another rebuild has begun.
    """
    for stream in Stream:
        name, _bitmap = _names(Keys(sale.pk), Stream(stream))
        for entries in streams.survivors(client, name, count=settings.SALE_DRAIN_BATCH):
            batch = Batch(sale.pk, sale.epoch, entries, now)
            batches.work(batch, stream=Stream(stream), by=WORK[Stream(stream)])
            streams.drop(client, name, entries)


def _names(keys: Keys, stream: Stream) -> tuple[str, str]:
    """The stream's key and that of its bitmap."""
    if stream == Stream.CLAIMS:
        return keys.claims, keys.claimed
    return keys.reservations, keys.received
