"""The databases of `make up`: started together, stopped together, named in one file."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from socialcommerce.embedded import private_files
from socialcommerce.embedded.engine import Engine
from socialcommerce.embedded.paths import Layout
from socialcommerce.embedded.postgres import Postgres
from socialcommerce.embedded.supervisor import watch
from socialcommerce.embedded.valkey import Valkey
from socialcommerce.embedded.warden import Warden

CACHE_MEGABYTES = 256  # the broker's keys have no time to live, so only cached things are forgotten
PUBLISHED = (
    "PLAZA_ENV",
    "DATABASE_URL",
    "REDIS_URL",
    "REDIS_GATE_URL",
    "STRIPE_SECRET_KEY",
    "STRIPE_PUBLISHABLE_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "STRIPE_API_BASE",
    "SECRET_KEY",
    "SITE_URL",
)


def engines(layout: Layout) -> dict[str, Engine]:
    """The three servers, not started, by the variable that names them to the processes."""
    return {
        "REDIS_URL": Valkey(layout.cache, max_memory_mb=CACHE_MEGABYTES),
        "REDIS_GATE_URL": Valkey(layout.gate),
        "DATABASE_URL": Postgres(layout.postgres),
    }


@contextmanager
def running(servers: Mapping[str, Engine], *, warden: Warden) -> Iterator[None]:
    """The servers take connections; afterwards they have stopped in good order."""
    try:
        for server in servers.values():
            server.start()
            watch(warden, server)
        yield
    finally:
        for server in servers.values():
            stop_soon(server)
        for server in servers.values():
            if server.process is not None:
                pid = server.process.pid
                server.stop()
                warden.forget(pid)


def stop_soon(server: Engine) -> None:
    """The server begins to stop, so that all of them do so at the same time."""
    if server.process is not None and server.is_running:
        with suppress(ProcessLookupError):
            os.kill(server.process.pid, server.stop_signal)


@contextmanager
def published(layout: Layout, environment: Mapping[str, str]) -> Iterator[None]:
    """`manage.py` in another terminal finds the same services (see discovery)."""
    values: dict[str, str | int] = {
        name: environment[name] for name in PUBLISHED if name in environment
    }
    private_files.write_json(layout.services, {**values, "pid": os.getpid()})
    try:
        yield
    finally:
        layout.services.unlink(missing_ok=True)
