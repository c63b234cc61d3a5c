"""When to ask or send again: the server says it, so that a crowd does not come all at once."""

import random
from typing import Final

from flashsale.gate import limits, published
from flashsale.standings import Standing

POLL_MIN_MS: Final = 1_000
POLL_MAX_MS: Final = 4_000  # before the spread
# In a draw nobody has to act, and whoever hears of it half a minute later has lost nothing.
DRAW_POLL_MAX_MS: Final = 30_000
# Everybody in line together asks about so often in a second, whatever their number.
ASKED_PER_MS: Final = 10
# What has changed for everybody at once is fetched about so often: a panel costs ten such answers.
FETCHED_PER_MS: Final = 1
FETCH_MIN_MS: Final = 300
FETCH_MAX_MS: Final = 240_000
SPREAD: Final = 0.25
RETRY_SECONDS: Final = (2, 6)


def poll_ms(sale_id: int, standing: Standing) -> int:
    """Milliseconds until a person in this sale is to ask again: 1,000 to 5,000, more in a crowd;
    of a draw up to 37,500.
    """
    if standing == Standing.DRAWING:
        people, most = published.people(sale_id), DRAW_POLL_MAX_MS
    else:
        people, most = published.crowd(sale_id), POLL_MAX_MS
    base = min(max(people // ASKED_PER_MS, POLL_MIN_MS), most)
    return int(base * (1 + SPREAD * random.random()))


def fetch_ms(sale_id: int) -> int:
    """Milliseconds until a page is to fetch what has changed for all who reserved: 300 to
    240,000, another number for each.
    """
    span = min(published.people(sale_id) // FETCHED_PER_MS, FETCH_MAX_MS - FETCH_MIN_MS)
    return FETCH_MIN_MS + random.randint(0, span)


def retry_seconds(standing: Standing) -> int:
    """Seconds until a request that was not taken may be sent again, not the same for all."""
    if standing == Standing.TOO_FAST:
        return random.randint(limits.PERIOD_SECONDS // 2, limits.PERIOD_SECONDS)
    return random.randint(*RETRY_SECONDS)
