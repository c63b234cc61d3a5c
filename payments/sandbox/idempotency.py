"""Idempotency keys: the same request gets the same answer for 24 hours.

Source: https://docs.stripe.com/api/idempotent_requests
"""

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from payments.sandbox.errors import ApiError, Json
from payments.sandbox.store import Store

_KEEP_SECONDS = 24 * 60 * 60
_LONGEST_KEY = 255


@dataclass
class UnderWay:
    """The keys of requests that are being worked on."""

    keys: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def hold(self, key: str | None) -> Iterator[None]:
        """Raises ApiError 409 while another request with the key is under way."""
        if key is None:
            yield
            return
        if len(key) > _LONGEST_KEY:
            raise ApiError("Idempotency keys have up to 255 characters.")
        with self.lock:
            if key in self.keys:
                raise ApiError(
                    "There is currently another in-progress request using this Idempotency Key.",
                    status=409,
                    kind="idempotency_error",
                    code="idempotency_key_in_use",
                )
            self.keys.add(key)
        try:
            yield
        finally:
            with self.lock:
                self.keys.discard(key)


def fingerprint(method: str, path: str, params: Json) -> str:
    canonical = json.dumps([method, path, params], sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def recall(store: Store, key: str, mark: str) -> tuple[int, Json] | None:
    """Return the remembered answer. Raises ApiError when the key came with another request."""
    found = store.rows(
        "SELECT * FROM answers WHERE key = ? AND created > ?", key, store.time() - _KEEP_SECONDS
    )
    if not found:
        return None
    if found[0]["fingerprint"] != mark:
        raise ApiError(
            "Keys for idempotent requests can only be used with the same parameters they were"
            f" first used with. Try using a key other than '{key}'.",
            kind="idempotency_error",
        )
    return found[0]["status"], json.loads(found[0]["body"])


def remember(store: Store, key: str, mark: str, status: int, body: Json) -> None:
    store.rows("DELETE FROM answers WHERE created <= ?", store.time() - _KEEP_SECONDS)
    store.rows(
        "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)",
        key,
        mark,
        status,
        json.dumps(body),
        store.time(),
    )
