"""The sandbox's own API under /_sandbox/: what goes wrong, and when. JSON in, JSON out.

It takes the same secret key as the rest. README.md lists the addresses.
"""

import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from payments.sandbox import paying
from payments.sandbox.api import Api
from payments.sandbox.courier import Courier
from payments.sandbox.errors import ApiError, InvalidParameter
from payments.sandbox.faults import enqueue
from payments.sandbox.resources import refunds
from payments.sandbox.web import Answer, Request, as_json

_THIS_MACHINE = re.compile(r"http://(127\.0\.0\.1|localhost):\d{1,5}/\S*\Z", re.ASCII)
_Action = Callable[["Control", Request, tuple[str, ...]], Any]


@dataclass
class Control:
    """Answers the addresses of ``_ADDRESSES``."""

    api: Api
    courier: Courier

    def answer(self, request: Request) -> Answer:
        try:
            self.api.authenticate(request)
            action, ids = _find(request)
            return as_json(200, action(self, request, ids))
        except ApiError as error:
            return as_json(error.status, error.as_json())

    def show_rules(self, _request: Request, _ids: tuple[str, ...]) -> Any:
        return asdict(self.api.faults.rules)

    def change_rules(self, request: Request, _ids: tuple[str, ...]) -> Any:
        return self.api.faults.change(request.json())

    def reset(self, _request: Request, _ids: tuple[str, ...]) -> Any:
        self.api.faults.reset()
        with self.api.store.transaction():
            self.api.store.clear()
        return {}

    def list_deliveries(self, _request: Request, _ids: tuple[str, ...]) -> Any:
        with self.api.store.transaction():
            rows = self.api.store.rows(
                "SELECT d.*, json_extract(o.body, '$.type') AS type FROM deliveries d"
                " JOIN objects o ON o.id = d.event_id ORDER BY d.id"
            )
        return [dict(row) for row in rows]

    def flush(self, _request: Request, _ids: tuple[str, ...]) -> Any:
        return self.courier.flush()

    def collect(self, _request: Request, _ids: tuple[str, ...]) -> Any:
        return self.courier.collect()

    def point(self, request: Request, _ids: tuple[str, ...]) -> Any:
        url = request.json().get("url")
        if url is not None and not _THIS_MACHINE.match(str(url)):
            raise InvalidParameter("url is on this machine, or null.", param="url")
        self.courier.url = url
        return {"url": url}

    def deliver_again(self, request: Request, ids: tuple[str, ...]) -> Any:
        copies = request.json().get("copies", 1)
        if not isinstance(copies, int) or not 1 <= copies <= 100:
            raise InvalidParameter("copies is a number from 1 to 100.", param="copies")
        with self.api.store.transaction():
            event = self.api.store.get("event", ids[0])
            for _ in range(copies):
                enqueue(self.api.store, event["id"], time.time())
        return {"event": event["id"], "copies": copies}

    def settle_refund(self, request: Request, ids: tuple[str, ...]) -> Any:
        wanted = _outcome(request)
        call = self.api.call({})
        with self.api.store.transaction():
            refund = self.api.store.get("refund", ids[0])
            if wanted == "succeeded":
                return refunds.succeed(call, refund)
            return refunds.fail(call, refund, "lost_or_stolen_card")

    def settle_payment(self, request: Request, ids: tuple[str, ...]) -> Any:
        wanted = _outcome(request)
        with self.api.store.transaction():
            intent = self.api.store.get("payment_intent", ids[0])
            if intent["status"] != "processing":
                raise ApiError(f"This payment has a status of {intent['status']}.")
            return paying.settle(self.api.call({}), intent, succeeds=wanted == "succeeded")


def _outcome(request: Request) -> str:
    wanted: str = request.json().get("status", "")
    if wanted not in ("succeeded", "failed"):
        raise InvalidParameter("status is succeeded or failed.", param="status")
    return wanted


_ADDRESSES: tuple[tuple[str, str, _Action], ...] = (
    ("GET", "rules", Control.show_rules),
    ("POST", "rules", Control.change_rules),
    ("POST", "reset", Control.reset),
    ("GET", "deliveries", Control.list_deliveries),
    ("POST", "deliveries/flush", Control.flush),
    ("POST", "deliveries/collect", Control.collect),
    ("POST", "webhook", Control.point),
    ("POST", r"events/(\w+)/deliver", Control.deliver_again),
    ("POST", r"refunds/(\w+)", Control.settle_refund),
    ("POST", r"payment_intents/(\w+)", Control.settle_payment),
)


def _find(request: Request) -> tuple[_Action, tuple[str, ...]]:
    for method, pattern, action in _ADDRESSES:
        match = re.fullmatch(f"/_sandbox/{pattern}", request.path)
        if match is not None and method == request.method:
            return action, match.groups()
    raise ApiError(f"No such address: {request.method} {request.path}", status=404)
