"""The one door to Redis: two servers, each with its pool, and the errors worth catching.

`gate` holds the flash-sale gate alone; `cache` holds broker, cache and limits. Either may be
away at any moment: callers say what happens then.
"""

import os
import threading
from functools import cache as once
from typing import Any

import redis as driver
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError as NoScript
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

Redis = driver.Redis

__all__ = [
    "NoScript",
    "Redis",
    "RedisError",
    "ResponseError",
    "ask",
    "ask_pool",
    "cache",
    "connect",
    "gate",
]

_lines = threading.local()


def connect(url: str, *, timeout_seconds: float | None = None) -> Redis:
    """A client of its own with its own pool. It never retries: a script must not run twice."""
    timeout = timeout_seconds or settings.REDIS_TIMEOUT_SECONDS
    return driver.Redis.from_url(
        url,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )


@once
def gate() -> Redis:
    """The flash-sale gate's server, answers as bytes."""
    return connect(settings.REDIS_GATE_URL)


def ask(*commands: tuple[Any, ...]) -> list[Any]:
    """The gate's answers to these commands: one round trip on a connection of this thread's own.

    For the request path of a crowd: taking a connection from the pool and giving it back costs
    more than the script that is asked. Raises RedisError, also where only one command failed;
    what the server has done then is unknown, as with `gate`.
    """
    return ask_pool(gate().connection_pool, *commands)


def ask_pool(pool: driver.ConnectionPool, *commands: tuple[Any, ...]) -> list[Any]:
    """As `ask`, of the server that this pool belongs to."""
    connection = _own_connection(pool)
    if _is_stale(connection):
        connection.disconnect()
    try:
        connection.send_packed_command(connection.pack_commands(commands))
        return [connection.read_response() for _command in commands]
    except BaseException:
        connection.disconnect()  # what is still to come would be taken for another's answer
        raise


def _own_connection(pool: driver.ConnectionPool) -> Any:
    if getattr(_lines, "pid", None) != os.getpid():
        _lines.pid, _lines.by_pool = os.getpid(), {}
    if pool not in _lines.by_pool:
        # Not counted by the pool, which would wait for ever for those of threads that ended:
        # this one closes when its thread does.
        _lines.by_pool[pool] = pool.connection_class(**pool.connection_kwargs)
    return _lines.by_pool[pool]


def _is_stale(connection: Any) -> bool:
    """Closed by the server since, or with an answer in it that nobody has read."""
    try:
        return bool(connection.can_read(0))
    except (RedisError, OSError):
        return True


@once
def cache() -> Redis:
    """The broker's and cache's server, answers as bytes."""
    return connect(settings.REDIS_URL)
