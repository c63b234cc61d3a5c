"""Real races: threads with connections of their own, all let go while a row is held.

Whoever takes part runs up to the row that the test holds and waits there; when it is let go all
of them go on from what they had read. So a race that is possible happens each time.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from django.db import close_old_connections, connection, connections, transaction

Act = Callable[[], object]


def at_once(acts: Sequence[Act], *, held: tuple[str, int] | None = None) -> list[object]:
    """What each act returned or raised. `held` (table, id) is locked until all wait for a lock."""
    barrier = threading.Barrier(len(acts))

    def run(act: Act) -> object:
        try:
            barrier.wait(timeout=20)
            return act()
        except Exception as error:  # noqa: BLE001  the test looks at it
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        if held is None:
            futures = [pool.submit(run, act) for act in acts]
        else:
            futures = _run_while_held(pool, run, acts, held)
        return [future.result(timeout=60) for future in futures]


def _run_while_held(
    pool: ThreadPoolExecutor,
    run: Callable[[Act], object],
    acts: Sequence[Act],
    held: tuple[str, int],
) -> "list[Future[object]]":
    table, pk = held
    close_old_connections()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT FROM {table} WHERE id = {pk} FOR NO KEY UPDATE")
        futures = [pool.submit(run, act) for act in acts]
        _until_all_wait(len(acts), futures)
    return futures


def _until_all_wait(count: int, futures: "Sequence[Future[object]]") -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if _waiting() + sum(future.done() for future in futures) >= count:
            return
        time.sleep(0.02)
    raise TimeoutError("Not everybody came to the row that is held.")


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees one moment
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


@contextmanager
def without_constraint(table: str, name: str) -> Iterator[None]:
    """The constraint is gone; afterwards the money tables are empty and it is back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name]
        )
        definition = cursor.fetchone()[0]
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    try:
        yield
    finally:
        empty_the_books()
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def empty_the_books() -> None:
    """A breach made on purpose must not meet the proof at the end of the test."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE payments_account, payments_payment CASCADE")
        cursor.execute("TRUNCATE payments_ledgertransaction CASCADE")
