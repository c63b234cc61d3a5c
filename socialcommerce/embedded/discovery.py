"""Let `manage.py ANYTHING` find the services of the `make up` in the other terminal."""

import fcntl
import json
import os
from pathlib import Path

from socialcommerce.embedded.paths import LAYOUT, Layout


def load_environment(layout: Layout = LAYOUT) -> None:
    """The environment names the services of the running `make up`, if there is one.

    Variables that are set already stay. With DATABASE_URL in the environment nothing changes:
    half of one installation and half of another would be worse than an error.
    """
    if "DATABASE_URL" in os.environ or not launcher_is_alive(layout.lock):
        return
    for name, value in read_services(layout).items():
        if name != "pid":
            os.environ.setdefault(name, str(value))


def launcher_is_alive(lock: Path) -> bool:
    """Whether a launcher holds its lock. The kernel drops it however the launcher ends."""
    try:
        descriptor = os.open(lock, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def read_services(layout: Layout) -> dict[str, str | int]:
    """The environment contract of the running stack and the launcher's "pid"; {} before it."""
    try:
        values: dict[str, str | int] = json.loads(layout.services.read_text())
    except FileNotFoundError:
        return {}
    return values
