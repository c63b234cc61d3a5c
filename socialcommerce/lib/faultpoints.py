"""Named places in the code at which a test makes something happen: a death, a pause, a rival.

Outside tests `reach` does nothing and nothing can be planned.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

# A process started by a test dies here, as by kill -9: no clean-up, no last word.
DIE_AT = "PLAZA_DIE_AT"

_plans: dict[str, Callable[[], None]] = {}


def reach(name: str) -> None:
    """Whatever a test has planned for this place happens."""
    if not settings.TESTING:
        return
    if os.environ.get(DIE_AT) == name:
        os.kill(os.getpid(), signal.SIGKILL)
    plan = _plans.get(name)
    if plan is not None:
        plan()


@contextmanager
def planned(name: str, plan: Callable[[], None]) -> Iterator[None]:
    """`plan` runs in whichever thread of this process comes by while the block runs."""
    if not settings.TESTING:
        raise RuntimeError(f"{name} can be planned in tests only.")
    _plans[name] = plan
    try:
        yield
    finally:
        del _plans[name]
