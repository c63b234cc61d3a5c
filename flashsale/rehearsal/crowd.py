"""Thousands of guests in a handful of threads, each at their own moment."""

import heapq
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from itertools import count
from typing import Final

from django.db import close_old_connections, connections

from flashsale.rehearsal.guests import Guest
from flashsale.rehearsal.stage import THREADS

NAP_SECONDS: Final = 0.05  # between two looks at the stop flag
TELL_SECONDS: Final = 1.0


class Crowd:
    """`play` runs until every guest is done, the time is over or somebody stops it."""

    def __init__(self, guests: Sequence[Guest]) -> None:
        self.guests = guests
        self.stop = threading.Event()

    def play(self, *, until: float, tell: Callable[[int], None]) -> None:
        """Every guest did what they meant to, or `until` (time.monotonic) has come.

        `tell` hears each second how many are not done yet. Raises what a guest's bug raises.
        """
        lines = [_Line(self.guests[number::THREADS], self.stop) for number in range(THREADS)]
        with ThreadPoolExecutor(THREADS) as pool:
            running = {pool.submit(line.run, until) for line in lines}
            while running:
                ended, running = wait(running, TELL_SECONDS, return_when=FIRST_EXCEPTION)
                tell(sum(line.left for line in lines))
                if any(future.exception() for future in ended):
                    self.stop.set()
                for future in ended:
                    future.result()


class _Line:
    """One thread's guests, ordered by when each wants to act next."""

    def __init__(self, guests: Sequence[Guest], stop: threading.Event) -> None:
        self._turn = count()  # of two guests of the same moment the earlier entered one goes first
        self._due = [(guest.plan.reserves_at, next(self._turn), guest) for guest in guests]
        heapq.heapify(self._due)
        self._stop = stop

    @property
    def left(self) -> int:
        return len(self._due)

    def run(self, until: float) -> None:
        try:
            while self._due and time.monotonic() < until and not self._stop.is_set():
                self._next()
        finally:
            connections.close_all()

    def _next(self) -> None:
        nap = self._due[0][0] - time.monotonic()
        if nap > 0:
            self._stop.wait(min(nap, NAP_SECONDS))
            return
        _at, turn, guest = heapq.heappop(self._due)
        at = guest.step()
        if at is None:
            close_old_connections()
        else:
            heapq.heappush(self._due, (at, turn, guest))
