"""The one door to Redis: two servers, each with its pool, and the errors worth catching.

`gate` holds the flash-sale gate alone; `cache` holds broker, cache and limits. Either may be
away at any moment: callers say what happens then.
"""

from functools import cache as once

import redis as driver
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError as NoScript
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

Redis = driver.Redis

__all__ = ["NoScript", "Redis", "RedisError", "ResponseError", "cache", "connect", "gate"]


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


@once
def cache() -> Redis:
    """The broker's and cache's server, answers as bytes."""
    return connect(settings.REDIS_URL)
