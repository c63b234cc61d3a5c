"""When to ask or send again: the server says it, so that a crowd does not come all at once."""

import random
from typing import Final

from flashsale.gate import limits, published
from flashsale.standings import Standing

POLL_MIN_MS: Final = 1_000
POLL_MAX_MS: Final = 4_000  # before the spread
# Everybody in line together asks about so often in a second, whatever their number.
ASKED_PER_MS: Final = 10
SPREAD: Final = 0.25
RETRY_SECONDS: Final = (2, 6)


def poll_ms(sale_id: int) -> int:
    """Milliseconds until a person in this sale is to ask again: 1,000 to 5,000, more in a crowd."""
    base = min(max(published.crowd(sale_id) // ASKED_PER_MS, POLL_MIN_MS), POLL_MAX_MS)
    return int(base * (1 + SPREAD * random.random()))


def retry_seconds(standing: Standing) -> int:
    """Seconds until a request that was not taken may be sent again, not the same for all."""
    if standing == Standing.TOO_FAST:
        return random.randint(limits.PERIOD_SECONDS // 2, limits.PERIOD_SECONDS)
    return random.randint(*RETRY_SECONDS)
