"""Ids known before their rows are written: rows of one batch can name each other at once."""

from django.db import connection


def take(table: str, *, count: int) -> list[int]:
    """So many ids of the table that no other row of it gets. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            # The name in a subquery: asked once, not for each of them.
            "SELECT nextval(sequence.ids) FROM generate_series(1, %s),"
            " (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS ids OFFSET 0) sequence",
            [count, table],
        )
        return [row_id for (row_id,) in cursor.fetchall()]
