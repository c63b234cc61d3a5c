"""What services and the controller say to an open gate. None of it can open one.

Every call is fenced: said to another epoch it changes nothing there. And every call may fail
with Redis away without harm: PostgreSQL has decided before, the controller repairs after.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings

from flashsale import draw_steps, tokens
from flashsale.gate import results, scripts
from flashsale.gate.keys import Keys
from flashsale.gate.published import DRAW_STEP
from flashsale.gate.scripts import Fence
from flashsale.intake.batches import Outcome, Settled
from flashsale.models import Claim, Sale, Stream
from socialcommerce.lib import faultpoints, redis

logger = logging.getLogger(__name__)

# In meta: the epoch for which everybody with a claim has been answered again.
ANSWERED: Final = "answered"
# After its end a sale's keys answer those who still have its page open, then they go.
KEPT_AFTER_END: Final = timedelta(days=1)


def fence_of(sale: Sale) -> Fence:
    return Fence(sale.pk, sale.epoch, sale.nonce)


def open_fence(client: redis.Redis, sale_id: int) -> Fence | None:
    """The fence that the gate carries at this moment; None while it is closed."""
    raw: Any = client.hget(Keys(sale_id).meta, "fence")
    if raw is None:
        return None
    _sale, _shard, epoch, nonce = raw.decode().split(":")
    return Fence(sale_id, int(epoch), nonce)


def renew(client: redis.Redis, sale: Sale) -> bool:
    """The lease runs anew; False if this opening is not, or not yet, the gate's. Raises
    RedisError.
    """
    return _keep_lease(client, sale, opens=False)


def open_gate(client: redis.Redis, sale: Sale) -> bool:
    """The gate that was loaded is open; False if it is another's by now. Raises RedisError."""
    return _keep_lease(client, sale, opens=True)


def _keep_lease(client: redis.Redis, sale: Sale, *, opens: bool) -> bool:
    keys = Keys(sale.pk)
    names, args = [keys.lease, keys.meta], [settings.SALE_LEASE_MS, int(opens)]
    try:
        return bool(scripts.call(client, "renew", fence_of(sale), names, args))
    except redis.NoScript:
        return False


def has_answered(client: redis.Redis, sale: Sale) -> bool:
    """Whether this opening has answered everybody who had a claim. Raises RedisError."""
    return client.hget(Keys(sale.pk).meta, ANSWERED) == str(sale.epoch).encode()


def note_answered(client: redis.Redis, sale: Sale) -> None:
    """Says so, of this epoch alone. Raises RedisError."""
    client.hset(Keys(sale.pk).meta, ANSWERED, sale.epoch)


def note_draw(client: redis.Redis, sale: Sale) -> None:
    """Whoever waits for the draw hears how far it has come. Raises RedisError."""
    client.hset(Keys(sale.pk).meta, DRAW_STEP, draw_steps.of(sale).value)


def close(client: redis.Redis, sale: Sale) -> None:
    """Nothing is admitted any more, by whatever epoch; the page is told why."""
    keys = Keys(sale.pk)
    pipe = client.pipeline(transaction=True)
    pipe.delete(keys.lease, keys.meta)
    pipe.set(keys.notice, sale.state)
    pipe.execute()


def lapse(client: redis.Redis, sale_id: int) -> None:
    """Nothing is admitted until the controller's next second rebuilds the gate; what is in line
    stays there. The page says that it is being restored. Raises RedisError.
    """
    keys = Keys(sale_id)
    client.delete(keys.lease, keys.meta)


def forget(client: redis.Redis, sale: Sale) -> None:
    """The keys of a sale that is over will go by themselves."""
    keys = Keys(sale.pk)
    names = [keys.received, keys.claimed, keys.claims, keys.reservations, keys.places]
    names += [keys.notice, keys.written, keys.window, keys.came, keys.seconds]
    names += [keys.remain(lot.pk) for lot in sale.lots.all()]
    pipe = client.pipeline(transaction=False)
    for name in names:
        pipe.expire(name, KEPT_AFTER_END)
    pipe.execute()


def settle(
    client: redis.Redis, fence: Fence, *, stream: str, bitmap: str, outcome: Outcome
) -> bool:
    """The batch's entries are acknowledged, released and answered, each once.

    False if the gate was rebuilt since: the entries come again. Raises RedisError.
    """
    keys = Keys(fence.sale_id)
    names = [keys.meta, stream, bitmap]
    args: list[str | int] = [results.LIFETIME_MS]
    # A key is a text put together, and a batch has a thousand.
    result_of = keys.result("")
    remain_of = {lot: keys.remain(lot) for lot in {one.lot_id for one in outcome.settled}}
    for settled in outcome.settled:
        names += [result_of + settled.ticket, remain_of[settled.lot_id]]
        args += _settled_args(settled)
    try:
        return int(scripts.call(client, "settle", fence, names, args)) >= 0
    except redis.NoScript:
        return False


def _settled_args(settled: Settled) -> list[str | int]:
    return [
        settled.entry_id,
        settled.result.encode() if settled.result else "",
        int(settled.give),
        "" if settled.unmark is None else settled.unmark,
    ]


def give(sale: Sale, deltas: Mapping[int, int]) -> None:
    """remain of these lots has changed by so much. Never raises: reconciliation stands behind.

    It is noted for this very opening before it is done: where the gate is still being loaded,
    the rebuild does it as its last step but one (`pay_out`), and where whoever noted it died, or
    heard no answer, the controller's reconciliation.
    """
    client, owed = redis.gate(), Keys(sale.pk).owed(str(fence_of(sale)))
    pipe = client.pipeline(transaction=False)
    for lot_id, delta in deltas.items():
        pipe.hincrby(owed, str(lot_id), delta)
    pipe.expire(owed, KEPT_AFTER_END)
    try:
        pipe.execute()
        faultpoints.reach("units owed")
        pay_out(client, sale, deltas)
    except (redis.NoScript, redis.RedisError) as error:
        logger.warning("Sale %s: the gate did not hear of returned units: %s", sale.pk, error)


def pay_out(client: redis.Redis, sale: Sale, lot_ids: Iterable[int]) -> None:
    """What is owed to this opening of the gate is in remain. Raises NoScript, RedisError."""
    keys, fence, lots = Keys(sale.pk), fence_of(sale), list(lot_ids)
    names = [keys.meta, keys.owed(str(fence)), *map(keys.remain, lots)]
    scripts.call(client, "give", fence, names, lots)


def amend(sale: Sale, *, stream: Stream, settled: Settled, taken: int = 0) -> None:
    """The gate knows how a dead letter ended after all; `taken` units of its lot are gone.

    Never raises: an entry that nobody waits for any more is no reason to fail.
    """
    keys = Keys(sale.pk)
    bitmap = keys.claimed if stream == Stream.CLAIMS else keys.received
    names = [keys.meta, bitmap, keys.remain(settled.lot_id), keys.result(settled.ticket)]
    _entry, result, _give, unmark = _settled_args(settled)
    args = [taken, unmark, result, results.LIFETIME_MS]
    try:
        scripts.call(redis.gate(), "amend", fence_of(sale), names, args)
    except (redis.NoScript, redis.RedisError) as error:
        logger.warning("Sale %s: the gate did not hear of a dead letter: %s", sale.pk, error)


def forget_reservation(sale: Sale, *, person_id: int) -> None:
    """The person may reserve again. Never raises: without the gate the next rebuild does it."""
    keys = Keys(sale.pk)
    ticket = tokens.reservation_ticket(sale_id=sale.pk, person_id=person_id)
    names = [keys.meta, keys.received, keys.written, keys.result(ticket)]
    try:
        scripts.call(redis.gate(), "forget", fence_of(sale), names, [person_id])
    except (redis.NoScript, redis.RedisError) as error:
        logger.warning("Sale %s: withdrawal not heard by the gate: %s", sale.pk, error)


def answer(claim_ids: Sequence[int]) -> None:
    """The gate answers with these claims' states. Never raises for the gate: the page reads
    PostgreSQL.
    """
    try:
        tell(claim_ids)
    except redis.RedisError as error:
        logger.warning("The gate did not hear of %s claims: %s", len(claim_ids), error)


def tell(claim_ids: Sequence[int]) -> None:
    """The gate answers with these claims' states. Each was read again after it was told, so that
    of two who tell at the same time the last one has told what stands. Raises RedisError.
    """
    claims, told = Claim.objects.filter(pk__in=claim_ids), dict[int, str]()
    while rows := [row for row in results.read(claims) if told.get(row.claim_id) != row.text]:
        faultpoints.reach("results read")
        results.publish(redis.gate(), rows)
        told |= {row.claim_id: row.text for row in rows}


def now(client: redis.Redis) -> datetime:
    """The one clock of a running sale. Raises RedisError."""
    seconds, microseconds = client.time()
    return datetime.fromtimestamp(int(seconds), tz=UTC) + timedelta(microseconds=int(microseconds))


def remains(client: redis.Redis, sale_id: int, lot_ids: Iterable[int]) -> dict[int, int]:
    """remain by lot as the gate counts it. Raises RedisError."""
    keys, lots = Keys(sale_id), list(lot_ids)
    counts = client.mget([keys.remain(lot) for lot in lots]) if lots else []
    return {lot: int(count or 0) for lot, count in zip(lots, counts, strict=True)}
