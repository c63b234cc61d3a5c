"""Where a rebuild, a sealing or a draw runs: in the controller's own second, or beside it.

With a million reservations each outlasts a lease. Beside the controller's loop it takes no other
sale's lease and no leadership with it; two of one sale never run at the same time. Whatever goes
on after the leadership is lost is fenced by the successor's epoch.
"""

import threading
from collections.abc import Callable
from typing import Protocol

from django.db import connections

from flashsale.services.watch.attempts import attempt


class LongWork(Protocol):
    """Runs what may take longer than a second for one sale."""

    def start(self, sale_id: int, act: Callable[[], object]) -> list[str]:
        """The work is done or under way; what went wrong so far, in words."""

    def is_busy(self, sale_id: int) -> bool:
        """Whether work on this sale is still under way."""


class InTurn:
    """Everything else waits: for a single sale, a command or a test."""

    def start(self, sale_id: int, act: Callable[[], object]) -> list[str]:
        return attempt(sale_id, act)

    def is_busy(self, sale_id: int) -> bool:
        del sale_id
        return False


class Beside:
    """A thread a sale, with a database connection of its own."""

    def __init__(self) -> None:
        self._threads: dict[int, threading.Thread] = {}
        self._troubles: dict[int, list[str]] = {}

    def start(self, sale_id: int, act: Callable[[], object]) -> list[str]:
        """Reports what went wrong with the run before this one."""
        if self.is_busy(sale_id):
            return []
        said = self._troubles.pop(sale_id, [])
        thread = threading.Thread(
            target=self._run, args=(sale_id, act), name=f"sale-{sale_id}", daemon=True
        )
        self._threads[sale_id] = thread
        thread.start()
        return said

    def is_busy(self, sale_id: int) -> bool:
        thread = self._threads.get(sale_id)
        return thread is not None and thread.is_alive()

    def _run(self, sale_id: int, act: Callable[[], object]) -> None:
        try:
            self._troubles[sale_id] = attempt(sale_id, act)
        finally:
            connections.close_all()
