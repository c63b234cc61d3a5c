"""Rate limits that count atomically, in one Lua call, on an id the caller can vouch for.

A sliding window in two fixed ones: the share of the last window that still overlaps counts
as if it were spread evenly. Cheap (two small keys a subject) and off by a few per cent only.
"""

import logging
import time

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from socialcommerce.lib import redis
from socialcommerce.lib.problems import Problem

logger = logging.getLogger(__name__)

SCRIPT = """
local limit, window, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local share = 1 - (now % window) / window
local before = tonumber(redis.call('GET', KEYS[2]) or '0')
local current = tonumber(redis.call('GET', KEYS[1]) or '0')
if before * share + current + 1 > limit then return 0 end
redis.call('INCR', KEYS[1])
redis.call('EXPIRE', KEYS[1], math.ceil(window * 2))
return 1
"""


class TooMany(Problem):
    """The subject did this too often; the extra member says how many seconds to wait."""

    code = "too-many-requests"
    status = 429
    title = _("That was a little too fast")


def allow(*, scope: str, subject: str, limit: int, window_seconds: int) -> bool:
    """True and counted while `subject` stays within `limit` in any window; else False.

    With the cache server away everybody is let through: a limit is a courtesy, not a lock.
    """
    now = time.time()
    slot = int(now // window_seconds)
    base = f"limit:{{{scope}:{subject}}}"
    try:
        answer = redis.cache().eval(
            SCRIPT, 2, f"{base}:{slot}", f"{base}:{slot - 1}", limit, window_seconds, now
        )
    except redis.RedisError as error:
        logger.warning("Limit %s not checked, the cache is away: %s", scope, error)
        return True
    return bool(answer)


def check(*, scope: str, subject: str, limit: int, window_seconds: int) -> None:
    """Nothing within the limit. Raises TooMany past it."""
    if allow(scope=scope, subject=subject, limit=limit, window_seconds=window_seconds):
        return
    raise TooMany(
        ngettext(
            "Nothing was lost. Please wait %(seconds)s second and try again.",
            "Nothing was lost. Please wait %(seconds)s seconds and try again.",
            window_seconds,
        )
        % {"seconds": window_seconds},
        retry_after_seconds=window_seconds,
    )
