"""The processes of a running site around a test's live server: a worker and a controller.

They talk to the test's own database and Redis numbers. `start` gives them at once; what they do
shows up a few seconds later, as it does on a site that has just been started.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).parents[1]
STOP_SECONDS = 10
COMMANDS = {
    "worker": (
        "-m", "celery", "-A", "socialcommerce", "worker", "--pool", "solo",
        "-Q", "default,drain", "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
    ),
    "rehearsal": (
        "-m", "celery", "-A", "socialcommerce", "worker", "--pool", "solo",
        "-Q", "rehearsal", "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
    ),
    "controller": ("manage.py", "sale_controller"),
}  # fmt: skip


def environment(**extra: str) -> dict[str, str]:
    """What a process needs to see exactly what this test sees."""
    database = connection.settings_dict
    user, password = quote(database["USER"]), quote(database["PASSWORD"])
    return {
        **os.environ,
        "DATABASE_URL": f"postgresql://{user}:{password}@{database['HOST']}:{database['PORT']}"
        f"/{database['NAME']}",
        "REDIS_URL": settings.REDIS_URL,
        "REDIS_GATE_URL": settings.REDIS_GATE_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "STRIPE_SECRET_KEY": settings.STRIPE_SECRET_KEY,
        "STRIPE_WEBHOOK_SECRET": ",".join(settings.STRIPE_WEBHOOK_SECRETS),
        "STRIPE_API_BASE": settings.STRIPE_API_BASE,
        **extra,
    }


@contextmanager
def running(*names: str, env: Mapping[str, str]) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """The named processes run while the block does, and none of them after it."""
    processes = {name: _start(COMMANDS[name], env) for name in names}
    try:
        yield processes
    finally:
        for process in processes.values():
            process.send_signal(signal.SIGTERM)
        for process in processes.values():
            _wait(process)


def _start(command: tuple[str, ...], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=dict(env), start_new_session=True
    )


def _wait(process: subprocess.Popen[bytes]) -> None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)
