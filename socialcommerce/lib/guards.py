"""Switches that turn a guard off, so that a test can show the race which the guard prevents.

Outside tests every guard is on and cannot be turned off.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

_off: set[str] = set()


def is_on(name: str) -> bool:
    return name not in _off


@contextmanager
def switched_off(name: str) -> Iterator[None]:
    """The named guard is off in every thread of this process while the block runs.

    Raises RuntimeError outside PLAZA_ENV=test.
    """
    if not settings.TESTING:
        raise RuntimeError(f"The guard {name} can be switched off in tests only.")
    _off.add(name)
    try:
        yield
    finally:
        _off.discard(name)
