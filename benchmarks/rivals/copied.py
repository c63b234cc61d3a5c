"""The limit of PostgreSQL: COPY of the very rows, with the very indexes, in one transaction."""

import io
import time

from django.db import connection, transaction

ROWS_MAX = 100_000


def rows_per_second(table: str) -> float:
    """How fast a table like `table` takes its newest rows again; it is gone afterwards."""
    rows = io.StringIO()
    with transaction.atomic(), connection.cursor() as cursor:
        newest = f"SELECT * FROM {table} ORDER BY id DESC LIMIT {ROWS_MAX}"  # noqa: S608 - ours
        cursor.copy_expert(f"COPY ({newest}) TO STDOUT", rows)
        count = rows.getvalue().count("\n")
        cursor.execute(f"CREATE TABLE bench_copy (LIKE {table} INCLUDING ALL)")
    rows.seek(0)
    began = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.copy_expert("COPY bench_copy FROM STDIN", rows)
    seconds = time.monotonic() - began
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_copy")
    return count / seconds
