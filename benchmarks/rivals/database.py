"""The rivals' own tables in the benchmark's database, and the settings to reach them."""

import os
from contextlib import closing
from typing import Any

import psycopg2

from socialcommerce.lib import env

# As a team writes them first; and what one Celery task a reservation fills.
TABLES = """
CREATE TABLE IF NOT EXISTS rival_stock (id int PRIMARY KEY, remain int NOT NULL);
CREATE TABLE IF NOT EXISTS rival_order (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (person)
);
CREATE TABLE IF NOT EXISTS rival_reservation (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person bigint NOT NULL,
    lot bigint NOT NULL,
    address bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (person)
);
TRUNCATE rival_stock, rival_order, rival_reservation;
"""


def reset(*, units: int) -> None:
    """The tables are there and empty, with `units` in stock."""
    with _connected() as connection, connection, connection.cursor() as cursor:
        cursor.execute(TABLES)
        cursor.execute("INSERT INTO rival_stock VALUES (1, %s)", [units])


def count(table: str) -> int:
    """Rows that are committed."""
    with _connected() as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - a name of ours
        return int(cursor.fetchone()[0])


def settings() -> dict[str, Any]:
    """DATABASES with connections that stay open."""
    return {
        "default": {
            **env.database(os.environ["DATABASE_URL"]),
            "CONN_MAX_AGE": None,
        }
    }


def _connected() -> "closing[Any]":
    return closing(psycopg2.connect(os.environ["DATABASE_URL"]))
