"""A worker connects to PostgreSQL once for many tasks, and again where the server hung up.

Connecting costs both sides more than a thin batch does; a connection that was kept too long must
cost nobody a task.
"""

import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator

import pytest
from django.db import connection

from flashsale import tasks
from socialcommerce.embedded import spawn
from tests.faults.conftest import ROOT
from tests.stack import environment

NAME = "keeps-its-connection"
PATIENCE_SECONDS = 60.0


@pytest.fixture
def queue() -> Iterator[str]:
    """One real worker takes what is put there."""
    queue = f"test-{uuid.uuid4().hex[:8]}"
    command = [sys.executable, "-m", "celery", "-A", "socialcommerce", "worker", "-c", "1"]
    worker = spawn.spawn(
        [*command, "-Q", queue, "--without-gossip", "--without-mingle"],
        folder=ROOT,
        output=subprocess.DEVNULL,
        environment=environment(DJANGO_SETTINGS_MODULE="socialcommerce.settings", PGAPPNAME=NAME),
    )
    yield queue
    spawn.stop(worker, with_signal=signal.SIGTERM, within_seconds=10)


def sessions() -> dict[int, str]:
    """The worker's server processes, each with when its last statement began."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, query_start::text FROM pg_stat_activity WHERE application_name = %s",
            [NAME],
        )
        return dict(cursor.fetchall())


def work(queue: str) -> int:
    """A task was done; the server process that did it."""
    before = sessions()
    tasks.conclude_sales.apply_async(queue=queue)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (seen := sessions()) == before or not seen:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    (pid,) = seen
    return pid


@pytest.mark.django_db(transaction=True)
def test_many_tasks_share_a_connection_and_a_lost_one_is_replaced(queue: str) -> None:
    first = work(queue)
    assert [work(queue), work(queue)] == [first, first]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [first])
    while first in sessions():
        time.sleep(0.05)
    assert work(queue) != first
