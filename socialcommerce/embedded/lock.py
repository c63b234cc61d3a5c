"""One launcher a checkout: the kernel's lock on a file, which no crash leaves behind."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from socialcommerce.embedded import discovery
from socialcommerce.embedded.paths import Layout

PATIENCE_SECONDS = 0.5  # `manage.py` in another terminal tries the lock for an instant


class AlreadyRunsError(Exception):
    """Another launcher has this checkout. The text says where its site is."""


@contextmanager
def held(layout: Layout) -> Iterator[None]:
    """This process alone uses the data folder.

    Raises: AlreadyRunsError.
    """
    descriptor = os.open(layout.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _taken(descriptor):
            raise AlreadyRunsError(describe_running(layout))
        yield
    finally:
        os.close(descriptor)


def describe_running(layout: Layout) -> str:
    services = discovery.read_services(layout)
    if not services:
        return "it is being started in this checkout right now, in another terminal."
    return (
        f"it runs already in this checkout: {services['SITE_URL']} (process {services['pid']}). "
        "Stop that one first, with Ctrl-C in its terminal."
    )


def _taken(descriptor: int) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        else:
            return True
