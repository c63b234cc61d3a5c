"""A cache that forgets instead of failing: with Redis away pages are slower, not gone."""

import logging
from collections.abc import Callable
from functools import wraps
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar, cast

from django.core.cache.backends.redis import RedisCache

from socialcommerce.lib import redis
from socialcommerce.lib.redis import RedisError

logger = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


def _or(default: Any) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """The method's answer, or `default` while Redis is away."""

    def decorate(method: Callable[P, T]) -> Callable[P, T]:
        @wraps(method)
        def inner(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return method(*args, **kwargs)
            except RedisError as error:
                logger.warning("The cache is away, going on without: %s", error)
                return cast("T", default)

        return inner

    return decorate


class ForgetfulCache(RedisCache):
    """Reads find nothing, writes go nowhere, `add` says that it was first."""

    get_many = _or(MappingProxyType({}))(RedisCache.get_many)
    has_key = _or(default=False)(RedisCache.has_key)
    add = _or(default=True)(RedisCache.add)
    set = _or(None)(RedisCache.set)
    set_many = _or(())(RedisCache.set_many)
    touch = _or(default=False)(RedisCache.touch)
    delete = _or(default=False)(RedisCache.delete)
    delete_many = _or(None)(RedisCache.delete_many)
    clear = _or(default=False)(RedisCache.clear)
    # A counter that is away has counted this one call: one more than none.
    incr = _or(1)(RedisCache.incr)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """On the thread's own connection: each page of somebody signed in gets its session here."""
        name = self.make_and_validate_key(key, version=version)
        client: Any = self._cache
        try:
            pool = client._get_connection_pool(write=False)  # noqa: SLF001 - has no other door
            (value,) = redis.ask_pool(pool, ("GET", name))
        except RedisError as error:
            logger.warning("The cache is away, going on without: %s", error)
            return default
        return default if value is None else client._serializer.loads(value)  # noqa: SLF001
