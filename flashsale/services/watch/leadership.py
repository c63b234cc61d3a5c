"""One controller at a time: an advisory lock of PostgreSQL on a connection of its own.

A leader that was stopped and goes on later finds its connection ended by the server, because it
was idle for too long; whatever it still does is fenced by the epoch that its successor wrote.
"""

from contextlib import suppress
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as AnyDatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

LOCK: Final = 7_241_903  # any number that nothing else in this database locks
IDLE_SECONDS: Final = 10  # a leader asks each second; ten without a word mean that it hangs


class Leadership:
    """Held or not held; never assumed: each question goes to PostgreSQL."""

    def __init__(self) -> None:
        self._connection: BaseDatabaseWrapper | None = None

    def hold(self) -> bool:
        """True while this process is the leader. Raises django.db.Error."""
        try:
            if self._connection is None:
                return self._win()
            with self._connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except AnyDatabaseError:
            self.release()
            raise
        return True

    def release(self) -> None:
        """The lock is free: closing the connection is what frees it."""
        if self._connection is not None:
            with suppress(AnyDatabaseError):
                self._connection.close()
        self._connection = None

    def _win(self) -> bool:
        connection = connections.create_connection(DEFAULT_DB_ALIAS)
        self._connection = connection
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('idle_session_timeout', %s, false)", [self._idle])
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            won = bool(cursor.fetchone()[0])
        if not won:
            self.release()
        return won

    @property
    def _idle(self) -> str:
        return f"{IDLE_SECONDS}s"
