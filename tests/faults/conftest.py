"""Faults are done to servers of the test's own; workers are real processes that really die."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from pytest_django.fixtures import Settings

from flashsale.gate import published
from socialcommerce.embedded.postgres import Postgres
from socialcommerce.embedded.valkey import Valkey
from socialcommerce.lib import faultpoints, redis
from tests.stack import environment

ROOT = Path(__file__).parents[2]
Worker = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture(autouse=True)
def calm_gate(settings: Settings) -> Iterator[None]:
    """No other test's gate is remembered, and a slow machine does not close this one's."""
    settings.SALE_LEASE_MS = 120_000
    settings.SALE_RESTORE_SECONDS = 1
    published._cache.clear()
    yield
    published._cache.clear()


@pytest.fixture
def own_gate(private_valkey: Valkey, settings: Settings) -> Iterator[Valkey]:
    """The gate of this test alone, which it may kill, empty and replace."""
    shared = settings.REDIS_GATE_URL
    settings.REDIS_GATE_URL = private_valkey.url
    redis.gate.cache_clear()
    yield private_valkey
    # First the address, then the client: a timer that counts asks for a client at any moment, and
    # one of a server that is gone would stay for every test to come.
    settings.REDIS_GATE_URL = shared
    redis.gate.cache_clear()


@pytest.fixture
def durable_postgres(tmp_path: Path) -> Iterator[Postgres]:
    """A running, empty PostgreSQL of this test alone that flushes what it acknowledges."""
    with Postgres(tmp_path / "postgres") as server:
        yield server


@pytest.fixture
def worker() -> Worker:
    """A worker process that drains one sale's claims; `dies_at` kills it there by SIGKILL."""

    def run(sale_id: int, *, dies_at: str = "") -> subprocess.CompletedProcess[bytes]:
        code = (
            "import django; django.setup();"
            "from socialcommerce.celery import app;"
            "from flashsale import tasks;"
            f"tasks.drain_claims.apply(kwargs={{'sale_id': {sale_id}}}, throw=True)"
        )
        env = environment(DJANGO_SETTINGS_MODULE="socialcommerce.settings")
        env["REDIS_GATE_URL"] = django_settings.REDIS_GATE_URL
        if dies_at:
            env[faultpoints.DIE_AT] = dies_at
        connection.close()
        return subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=env, timeout=60, check=False
        )

    return run


@pytest.fixture(autouse=True)
def nothing_planned() -> None:
    """This process itself must not die at one of its fault points."""
    assert faultpoints.DIE_AT not in os.environ
