"""What the sandbox remembers: one SQLite file, one writer at a time.

Each request is one transaction, its events and its idempotent answer included, so that a killed
process leaves either all of a request or nothing. The one lock gives up parallel requests for
answers that never depend on timing; a development server needs no more.
"""

import contextlib
import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from payments.sandbox.errors import Json, missing

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    hidden TEXT NOT NULL DEFAULT '{}',
    account TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, sequence);
CREATE INDEX IF NOT EXISTS objects_by_customer
    ON objects (json_extract(body, '$.customer'), kind);
CREATE INDEX IF NOT EXISTS objects_by_intent
    ON objects (json_extract(body, '$.payment_intent'), kind);
CREATE INDEX IF NOT EXISTS objects_by_charge
    ON objects (json_extract(body, '$.charge'), kind);
CREATE INDEX IF NOT EXISTS pending_money
    ON objects (json_extract(body, '$.available_on'))
    WHERE kind = 'balance_transaction' AND json_extract(body, '$.status') = 'pending';
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    created REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dropped', 'given_up')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL,
    answer TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS deliveries_by_state ON deliveries (state, due);
CREATE TABLE IF NOT EXISTS transitions (object_id TEXT PRIMARY KEY, due REAL NOT NULL);
CREATE TABLE IF NOT EXISTS home (base_url TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS clock (ahead_seconds REAL NOT NULL);
"""
_TABLES = ("objects", "answers", "deliveries", "transitions", "clock")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def new_id(prefix: str, length: int = 24) -> str:
    return f"{prefix}_{''.join(secrets.choice(_ALPHABET) for _ in range(length))}"


class Store:
    """The objects and queues of one sandbox. Every method runs inside ``transaction()``.

    An object belongs to a connected account, or to the platform, whose account is "".
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._database = sqlite3.connect(
            folder / "sandbox.sqlite3", isolation_level=None, check_same_thread=False
        )
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(_SCHEMA)
        self._grow()
        self._ahead_seconds = self._kept_ahead_seconds()

    def _grow(self) -> None:
        """Give a file of an earlier version the columns that came later."""
        columns = {row["name"] for row in self.rows("PRAGMA table_info(objects)")}
        if "account" not in columns:
            self.rows("ALTER TABLE objects ADD COLUMN account TEXT NOT NULL DEFAULT ''")

    def _kept_ahead_seconds(self) -> float:
        return float(sum(row["ahead_seconds"] for row in self.rows("SELECT * FROM clock")))

    @property
    def ahead_seconds(self) -> float:
        return self._ahead_seconds

    def time(self) -> float:
        """Return the present of this sandbox, in seconds since 1970."""
        return time.time() + self._ahead_seconds

    def advance(self, seconds: float) -> None:
        """Move the clock forward, also for the next process on this file."""
        self.rows("INSERT INTO clock VALUES (?)", seconds)
        self._ahead_seconds += seconds

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the one lock; commit at the end, or roll back if an exception passes."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def move_to(self, base_url: str) -> None:
        """Let the pages of open sessions and intents have this address: the port may be another
        one after a restart.
        """
        for row in self.rows("SELECT base_url FROM home"):
            for table in ("objects", "answers"):
                self.rows(
                    f"UPDATE {table} SET body = replace(body, ?, ?)",  # noqa: S608 - as above
                    f'"{row["base_url"]}/',
                    f'"{base_url}/',
                )
        self.rows("DELETE FROM home")
        self.rows("INSERT INTO home VALUES (?)", base_url)

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def clear(self) -> None:
        for table in _TABLES:
            self._database.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the list above
        self._ahead_seconds = 0.0

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        return self._database.execute(sql, values).fetchall()

    def add(self, body: Json, account: str = "", **hidden: Any) -> Json:
        self._database.execute(
            "INSERT INTO objects (id, kind, body, hidden, account) VALUES (?, ?, ?, ?, ?)",
            (body["id"], body["object"], json.dumps(body), json.dumps(hidden), account),
        )
        return body

    def save(self, body: Json) -> Json:
        self._database.execute(
            "UPDATE objects SET body = ? WHERE id = ?", (json.dumps(body), body["id"])
        )
        return body

    def get(self, kind: str, object_id: str, *, param: str = "id") -> Json:
        """Return the object. Raises ApiError ``resource_missing``."""
        body = self.find(object_id)
        if body is None or body["object"] != kind:
            raise missing(kind.rsplit(".", maxsplit=1)[-1], object_id, param)
        return body

    def find(self, object_id: str) -> Json | None:
        found = self.rows("SELECT body FROM objects WHERE id = ?", object_id)
        body: Json | None = json.loads(found[0]["body"]) if found else None
        return body

    def owner(self, object_id: str) -> str:
        """Return the connected account that the object belongs to, "" for the platform."""
        found = self.rows("SELECT account FROM objects WHERE id = ?", object_id)
        return str(found[0]["account"]) if found else ""

    def all_of(self, kind: str, account: str) -> list[Json]:
        """Return the account's objects of a kind, oldest first."""
        rows = self.rows(
            "SELECT body FROM objects WHERE kind = ? AND account = ? ORDER BY sequence",
            kind,
            account,
        )
        return [json.loads(row["body"]) for row in rows]

    def all_with(self, kind: str, field: str, value: str) -> list[Json]:
        """Return the objects of a kind with this value in a field, oldest first."""
        rows = self.rows(
            f"SELECT body FROM objects WHERE json_extract(body, '$.{field}') = ?"  # noqa: S608
            " AND kind = ? ORDER BY sequence",
            value,
            kind,
        )
        return [json.loads(row["body"]) for row in rows]

    def hidden(self, object_id: str) -> Json:
        """Return what the sandbox knows about an object but Stripe would not show."""
        found = self.rows("SELECT hidden FROM objects WHERE id = ?", object_id)
        hidden: Json = json.loads(found[0]["hidden"]) if found else {}
        return hidden

    def hide(self, object_id: str, **facts: Any) -> None:
        hidden = json.dumps({**self.hidden(object_id), **facts})
        self._database.execute("UPDATE objects SET hidden = ? WHERE id = ?", (hidden, object_id))

    def sequence(self, object_id: str, *, param: str) -> int:
        found = self.rows("SELECT sequence FROM objects WHERE id = ?", object_id)
        if not found:
            raise missing("object", object_id, param)
        return int(found[0]["sequence"])

    def schedule(self, object_id: str, due: float) -> None:
        self.rows(
            "INSERT OR REPLACE INTO transitions (object_id, due) VALUES (?, ?)", object_id, due
        )

    def unschedule(self, object_id: str) -> None:
        self.rows("DELETE FROM transitions WHERE object_id = ?", object_id)
