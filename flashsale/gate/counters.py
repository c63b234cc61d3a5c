"""What happens at the gate in each second, counted in this process and added up in Redis.

A request costs a dictionary entry; once a second what has gathered goes out in one round trip,
from a thread of its own, so that no request waits for it. These are figures, not the truth: with
Redis away they are dropped.
"""

import logging
import threading
import time
from bisect import bisect_left
from collections import Counter
from datetime import timedelta
from typing import Final

from flashsale.gate.keys import Keys
from socialcommerce.lib import redis

logger = logging.getLogger(__name__)

# How long a claim took in this process, in ms: the bound it stayed within; the last holds the rest.
BOUNDS_MS: Final = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1_000, 5_000)
EVERY_SECONDS: Final = 1.0
KEPT: Final = timedelta(days=1)  # should nobody collect them

_lock = threading.Lock()
_counts: Counter[tuple[int, str]] = Counter()
_timers: list[threading.Timer] = []


def count(sale_id: int, *what: str) -> None:
    """One more of each in this second; a second from now at the latest Redis knows it."""
    second = int(time.time())
    with _lock:
        for name in what:
            _counts[sale_id, f"{second}:{name}"] += 1
        if not _timers:
            timer = threading.Timer(EVERY_SECONDS, flush)
            timer.daemon = True
            _timers.append(timer)
            timer.start()


def took(began: float) -> str:
    """The name of the bound for what began then (time.perf_counter)."""
    milliseconds = (time.perf_counter() - began) * 1_000
    return f"ms{BOUNDS_MS[min(bisect_left(BOUNDS_MS, milliseconds), len(BOUNDS_MS) - 1)]}"


def flush() -> None:
    """What was counted is added up in Redis, or dropped with Redis away."""
    with _lock:
        counted = dict(_counts)
        _counts.clear()
        _timers.clear()
    pipe = redis.gate().pipeline(transaction=False)
    for (sale_id, name), number in counted.items():
        pipe.hincrby(Keys(sale_id).seconds, name, number)
    for sale_id in {sale_id for sale_id, _name in counted}:
        pipe.expire(Keys(sale_id).seconds, KEPT)
    try:
        pipe.execute()
    except redis.RedisError as error:
        logger.warning("The gate's figures of a second are lost: %s", error)
