"""Doing the same thing in many threads at once."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from typing import Final, TypeVar

from django.db import connections

from socialcommerce.lib import faultpoints, guards

PATIENCE: Final = 30.0  # seconds; where nothing keeps the rivals apart, the slowest machine meets
GLANCE: Final = 0.5  # where a guard does, nobody comes however long one waits

T = TypeVar("T")
R = TypeVar("R")


def at_once(act: Callable[[T], R], things: Sequence[T], *, threads: int) -> list[R | Exception]:
    """What came of each, in order; an error is an answer too."""

    def one(thing: T) -> R | Exception:
        try:
            return act(thing)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, things))


def patience(guard: str) -> float:
    """How long a rival is waited for at a place that this guard keeps to one."""
    return GLANCE if guards.is_on(guard) else PATIENCE


@contextmanager
def meeting_at(place: str, *, guard: str, people: int = 2, is_on: bool = True) -> Iterator[None]:
    """Whoever comes to that place waits there for the others, with the guard on or off."""
    together = threading.Barrier(people)

    with ExitStack() as stack:
        if not is_on:
            stack.enter_context(guards.switched_off(guard))
        seconds = patience(guard)

        def wait() -> None:
            with suppress(threading.BrokenBarrierError):
                together.wait(timeout=seconds)

        stack.enter_context(faultpoints.planned(place, wait))
        yield
