"""Carries events to the webhook address, signed, until they are taken or given up.

The queue is in the store, so what was not delivered when the process ended is delivered by the
next one. Source: https://docs.stripe.com/webhooks#retries, https://docs.stripe.com/webhooks#verify-manually
"""

import http.client
import itertools
import json
import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from stripe import WebhookSignature

from payments.sandbox.api import Api
from payments.sandbox.errors import ApiError, Json
from payments.sandbox.transitions import let_happen

_log = logging.getLogger("payments.sandbox")
# Stripe retries for three days; a development server that is down for longer wants no flood.
_WAIT_SECONDS = (1, 2, 5, 10, 30, 60, 300, 900, 3600)
_TIMEOUT_SECONDS = 15
# How soon what has become due by the clock is noticed.
_LOOK_SECONDS = 0.25


@dataclass
class Courier:
    """One thread that delivers what is due and lets what is under way take its course.

    Each delivery is signed by every one of ``secrets``.
    """

    api: Api
    url: str | None
    secrets: tuple[str, ...]
    _stopped: threading.Event = field(default_factory=threading.Event)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._work, name="stripe sandbox", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._stopped.wait(_LOOK_SECONDS):
            self.let_time_pass()
            url = self.url  # the control may change it at any moment
            if url is not None and not self.api.faults.rules.paused:
                self._deliver(url, "state = 'pending' AND due <= ?", time.time())

    def let_time_pass(self) -> None:
        with self.api.store.transaction():
            let_happen(self.api.call({}))

    def flush(self) -> list[Json]:
        """Deliver everything that waits, whatever its time, in the order the rules ask for.

        Raises ApiError when there is nowhere to deliver to.
        """
        if self.url is None:
            raise ApiError("No webhook address is set.")
        return self._deliver(self.url, "state = 'pending'")

    def collect(self) -> list[Json]:
        """Hand over everything that waits, signed, instead of sending it, in the same order."""
        store = self.api.store
        with self._one_at_a_time, store.transaction():
            rows = store.rows(
                "SELECT d.id, o.body FROM deliveries d JOIN objects o ON o.id = d.event_id"
                " WHERE d.state = 'pending' ORDER BY d.id"
            )
            store.rows("UPDATE deliveries SET state = 'delivered' WHERE state = 'pending'")
        bodies = {row["id"]: json.loads(row["body"]) for row in rows}
        return [self._signed(bodies[delivery_id]) for delivery_id in self._ordered(bodies)]

    def _ordered(self, deliveries: Iterable[int]) -> list[int]:
        return self.api.faults.order(list(deliveries))

    def _signed(self, event: Json) -> Json:
        payload = json.dumps(event, indent=2)
        return {"payload": payload, "signature": _signature(payload, self.secrets)}

    def _deliver(self, url: str, condition: str, *values: float) -> list[Json]:
        store = self.api.store
        with self._one_at_a_time:
            with store.transaction():
                rows = store.rows(
                    f"SELECT id FROM deliveries WHERE {condition} ORDER BY id",  # noqa: S608
                    *values,
                )
            order = self._ordered(row["id"] for row in rows)
            until_stopped = itertools.takewhile(lambda _: not self._stopped.is_set(), order)
            results = (self._deliver_one(url, delivery_id) for delivery_id in until_stopped)
            return [result for result in results if result is not None]

    def _deliver_one(self, url: str, delivery_id: int) -> Json | None:
        store = self.api.store
        with store.transaction():
            rows = store.rows(
                "SELECT d.attempts, o.body FROM deliveries d JOIN objects o ON o.id = d.event_id"
                " WHERE d.id = ?",
                delivery_id,
            )
        if not rows:  # forgotten by a reset in the meantime
            return None
        row, event = rows[0], json.loads(rows[0]["body"])
        taken, answer = self._send(url, event)
        attempts = row["attempts"] + 1
        exhausted = attempts > len(_WAIT_SECONDS)
        state = "delivered" if taken else "given_up" if exhausted else "pending"
        wait = 0 if taken or exhausted else _WAIT_SECONDS[attempts - 1]
        with store.transaction():
            store.rows(
                "UPDATE deliveries SET state = ?, attempts = ?, due = ?, answer = ? WHERE id = ?",
                state,
                attempts,
                time.time() + wait,
                answer,
                delivery_id,
            )
        _log.info("webhook %s %s: %s", event["type"], event["id"], answer)
        return {"event": event["id"], "type": event["type"], "state": state, "answer": answer}

    def _send(self, url: str, event: Json) -> tuple[bool, str]:
        # Signed anew at each attempt, as Stripe does: the receiver refuses old signatures.
        signed = self._signed(event)
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS
        )
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signed["signature"],
            "User-Agent": "Stripe/1.0 (sandbox)",
        }
        try:
            connection.request("POST", parts.path or "/", signed["payload"].encode(), headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            return False, f"{type(error).__name__}: {error}"
        finally:
            connection.close()
        return 200 <= answer.status < 300, str(answer.status)


def _signature(payload: str, secrets: tuple[str, ...]) -> str:
    """Return a header with one time and a signature for each secret, as during a rotation."""
    timestamp = int(time.time())
    headers = [
        WebhookSignature.generate_signature_header(payload, secret, timestamp=timestamp)
        for secret in secrets
    ]
    return ",".join([f"t={timestamp}", *(header.partition(",")[2] for header in headers)])
