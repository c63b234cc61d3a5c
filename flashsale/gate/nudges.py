"""Asking for a drain at once. The controller asks each second in any case, so this may fail."""

import logging
from typing import Final

from kombu.exceptions import OperationalError as BrokerAway

from flashsale import tasks
from flashsale.models import Stream
from socialcommerce.lib import faultpoints

__all__ = ["BrokerAway", "send"]

logger = logging.getLogger(__name__)

# A nudge that nobody took for so long is stale: a later one has been sent since.
EXPIRES_SECONDS: Final = 60


def send(sale_id: int, stream: Stream, *, is_rehearsal: bool = False) -> None:
    """A drain was asked for, or the controller's next second will.

    A rehearsal has a queue and workers of its own, so that it keeps no real sale waiting.
    """
    faultpoints.reach("before the nudge")
    task = tasks.drain_claims if stream == Stream.CLAIMS else tasks.drain_reservations
    queue = tasks.REHEARSAL if is_rehearsal else tasks.DRAIN
    try:
        task.apply_async(
            kwargs={"sale_id": sale_id, "queue": queue},
            queue=queue,
            retry=False,
            expires=EXPIRES_SECONDS,
        )
    except BrokerAway as error:
        logger.warning("Sale %s: drain not nudged, the broker is away: %s", sale_id, error)
