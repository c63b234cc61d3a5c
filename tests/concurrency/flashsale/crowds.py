"""Doing the same thing in many threads at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

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
