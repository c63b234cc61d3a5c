"""Asking for work at once. The beat asks in any case, so this may fail without harm."""

import logging

from kombu.exceptions import OperationalError

from payments import tasks

logger = logging.getLogger(__name__)


def process_events() -> None:
    """The events that wait are processed soon, or with the next beat."""
    try:
        tasks.process_events.apply_async(retry=False, expires=60)
    except OperationalError as error:
        logger.warning("Stripe's events wait for the next beat, the broker is away: %s", error)
