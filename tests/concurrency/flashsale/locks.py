"""Waiting for somebody who waits for a lock, on a machine of any speed."""

import time

from django.db import connection


def until_somebody_waits() -> None:
    """Another connection waits for a lock that this transaction holds."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted"
                " AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody has come to wait")
