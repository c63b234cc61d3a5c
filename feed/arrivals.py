"""How many posts are new on a page that stands open: asked often, so counted rarely."""

from datetime import datetime

from accounts.models import Profile
from feed import home, selectors
from socialcommerce.lib import redis
from socialcommerce.lib.problems import NotFound

CACHE_SECONDS = 10  # what a pill may be behind; a thousand open pages then cost a hundred counts/s


def count(timeline: str, *, since: datetime, viewer: Profile | None) -> int:
    """Entries after `since` on "home" or "explore", up to selectors.NEW_COUNT_MAX.

    Remembered for CACHE_SECONDS; counted each time while the cache server is away.
    """
    key = f"feed:new:{timeline}:{viewer.pk if viewer else 0}:{since.isoformat()}"
    try:
        known = redis.cache().get(key)
    except redis.RedisError:
        return _count(timeline, since=since, viewer=viewer)
    if known is not None:
        return int(known)
    found = _count(timeline, since=since, viewer=viewer)
    _remember(key, found)
    return found


def _remember(key: str, found: int) -> None:
    try:
        redis.cache().set(key, found, ex=CACHE_SECONDS)
    except redis.RedisError:
        return  # the next page asks PostgreSQL again


def _count(timeline: str, *, since: datetime, viewer: Profile | None) -> int:
    if timeline == "home":
        if viewer is None:
            raise NotFound
        return home.count_new(viewer, since=since, most=selectors.NEW_COUNT_MAX)
    return selectors.new_count(selectors.explore(viewer), since=since, viewer=viewer)
