"""What the gate tells web processes about a sale, read at most once in SALE_STATE_CACHE_MS.

A process asks Redis once and answers many people from it: how long until the start, that it is
over, that it is sold out, which script is the open one. Admission itself never comes from here.
"""

import time
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from flashsale.gate.keys import Keys
from flashsale.models import SaleKind
from socialcommerce.lib import redis

MICROSECONDS = 1_000_000
DRAW_STEP: Final = "draw_step"


@dataclass(frozen=True, slots=True)
class Published:
    """`fence` names the opening that this was read of; its lease carries the same.

    `clock_offset_us` added to this process's monotonic clock gives Redis time.

    `backlog` counts entries that wait for a drain, `gathered` those of the opening window, whose
    order is open while `undecided`; afterwards `seed` tells it (empty without a window). `people`
    have reserved, `draw_step` is how far a draw has come (draw_steps.DrawStep).
    `answered`: since the gate was loaded everybody with a claim has their result again.
    """

    is_open: bool
    fence: str
    notice: str
    epoch: int
    claim_sha: str
    reserve_sha: str
    opens_us: int
    closes_us: int
    starts_us: int
    ends_us: int
    restoring: bool
    remain: int
    clock_offset_us: int
    kind: str
    wave: int
    window_us: int
    undecided: bool
    seed: str
    answered: bool
    work_bits: int
    slots: int
    is_rehearsal: bool
    backlog: int
    gathered: int
    draw_step: int
    people: int

    @property
    def is_draw(self) -> bool:
        return self.kind == SaleKind.DRAW

    def now_us(self) -> int:
        """Redis time now, as far as this process can tell."""
        return time.monotonic_ns() // 1000 + self.clock_offset_us


# A gate that was closed is asked about again soon: it opens within a second of its controller.
CLOSED_MS: Final = 100

_cache: dict[int, tuple[float, Published]] = {}


def of(sale_id: int) -> Published:
    """What was published at most SALE_STATE_CACHE_MS ago, CLOSED_MS while it is closed.

    Raises redis.RedisError.
    """
    fresh_until, known = _cache.get(sale_id, (0.0, None))
    if known is not None and time.monotonic() < fresh_until:
        return known
    known = read(sale_id)
    kept_ms = settings.SALE_STATE_CACHE_MS
    kept_ms = kept_ms if known.is_open else min(kept_ms, CLOSED_MS)
    _cache[sale_id] = (time.monotonic() + kept_ms / 1000, known)
    return known


def crowd(sale_id: int) -> int:
    """How many were seen waiting, without asking: 0 where this process has not asked."""
    _fresh_until, known = _cache.get(sale_id, (0.0, None))
    return known.backlog + known.gathered if known else 0


def people(sale_id: int) -> int:
    """How many have reserved, without asking: 0 where this process has not asked."""
    _fresh_until, known = _cache.get(sale_id, (0.0, None))
    return known.people if known else 0


def forget(sale_id: int) -> None:
    """The next reader asks Redis: the gate has just answered otherwise."""
    _cache.pop(sale_id, None)


def read(sale_id: int) -> Published:
    """What the gate publishes at this moment, in two round trips. Raises redis.RedisError."""
    keys, client = Keys(sale_id), redis.gate()
    pipe = client.pipeline(transaction=False)
    pipe.hgetall(keys.meta)
    pipe.mget(keys.lease, keys.notice)
    pipe.time()
    pipe.info("server")
    for stream in (keys.claims, keys.reservations, keys.window):
        pipe.xlen(stream)
    pipe.bitcount(keys.received)
    raw, (lease, notice), (seconds, microseconds), server, *waiting = pipe.execute()
    meta = {name.decode(): value.decode() for name, value in raw.items()}
    lots = [int(lot) for lot in meta.get("lots", "").split(",") if lot]
    remain = client.mget([keys.remain(lot) for lot in lots]) if lots else []
    redis_us = int(seconds) * MICROSECONDS + int(microseconds)
    return Published(
        # Plain reads have no script to fence them: a Redis that came back with old keys, lease
        # included, is recognised by its run id.
        is_open=bool(meta)
        and (lease or b"").decode() == meta.get("fence")
        and meta.get("run_id") == server["run_id"],
        fence=meta.get("fence", ""),
        notice=(notice or b"").decode(),
        epoch=int(meta.get("epoch", 0)),
        claim_sha=meta.get("claim_sha", ""),
        reserve_sha=meta.get("reserve_sha", ""),
        opens_us=int(meta.get("opens_us", 0)),
        closes_us=int(meta.get("closes_us", 0)),
        starts_us=int(meta.get("starts_us", 0)),
        ends_us=int(meta.get("ends_us", 0)),
        restoring=meta.get("restoring") == "1",
        remain=sum(max(0, int(count or 0)) for count in remain),
        clock_offset_us=redis_us - time.monotonic_ns() // 1000,
        kind=meta.get("kind", ""),
        wave=int(meta.get("wave", 0)),
        window_us=int(meta.get("window_us", 0)),
        undecided=meta.get("undecided") == "1",
        seed=meta.get("seed", ""),
        answered=meta.get("answered") == meta.get("epoch"),
        work_bits=int(meta.get("work_bits", 0)),
        slots=int(meta.get("slots", 1)),
        is_rehearsal=meta.get("rehearsal") == "1",
        backlog=waiting[0] + waiting[1],
        gathered=waiting[2],
        draw_step=int(meta.get(DRAW_STEP, 0)),
        people=waiting[3],
    )
