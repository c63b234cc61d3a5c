"""The sale controller: a process of its own beside web, worker and beat."""

import logging
import signal
import threading
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error as AnyDatabaseError
from django.db import close_old_connections

from flashsale.services.watch.controller import Controller
from flashsale.services.watch.leadership import Leadership
from flashsale.services.watch.long_work import Beside
from socialcommerce.health import CONTROLLER_KEY, HEARTBEAT_SECONDS
from socialcommerce.lib import clock, redis

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0


class Command(BaseCommand):
    help = "Keep the gates of running sales open, drained, swept and checked, each second."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: _stop(stop, _frame))
        leadership, controller = Leadership(), Controller(long_work=Beside())
        said = ""
        while not stop.is_set():
            began = time.monotonic()
            trouble = _second(leadership, controller)
            if trouble != said:  # once when it begins and once when it ends, not each second
                logger.warning("%s", trouble or "all is well again")
                said = trouble
            stop.wait(max(0.0, TICK_SECONDS - (time.monotonic() - began)))
        leadership.release()


def _stop(stop: threading.Event, _frame: FrameType | None) -> None:
    stop.set()


def _second(leadership: Leadership, controller: Controller) -> str:
    """One second's work; what stood in its way, in words. Nothing that is away ends it."""
    close_old_connections()
    troubles: list[str] = []
    try:
        if leadership.hold():
            troubles = controller.tick(now=clock.now())
    except AnyDatabaseError as error:
        return f"PostgreSQL is away: {error}".strip()
    try:
        # A stand-by is alive too: it takes over within a second of the leader's death.
        redis.cache().set(CONTROLLER_KEY, "1", ex=HEARTBEAT_SECONDS)
    except redis.RedisError as error:
        troubles.append(f"the cache is away: {error}")
    return "; ".join(troubles)
