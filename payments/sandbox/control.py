"""The sandbox's own API under /_sandbox/: what goes wrong, and when. JSON in, JSON out.

It takes the same secret key as the rest. README.md lists the addresses; those that act on objects
are in ``control_acts``.
"""

import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from payments.sandbox import control_acts
from payments.sandbox.api import Api
from payments.sandbox.courier import Courier
from payments.sandbox.errors import ApiError, InvalidParameter
from payments.sandbox.faults import enqueue
from payments.sandbox.web import Answer, Request, as_json

_THIS_MACHINE = re.compile(r"http://(127\.0\.0\.1|localhost):\d{1,5}/\S*\Z", re.ASCII)
_LONGEST_STEP_SECONDS = 366 * 24 * 60 * 60
_Action = Callable[["Control", Request, tuple[str, ...]], Any]


@dataclass
class Control:
    """Answers the addresses of ``_ADDRESSES`` and of ``control_acts.ADDRESSES``."""

    api: Api
    courier: Courier
    first_secrets: tuple[str, ...]

    def answer(self, request: Request) -> Answer:
        try:
            self.api.authenticate(request)
            return as_json(200, self._act(request))
        except ApiError as error:
            return as_json(error.status, error.as_json())

    def _act(self, request: Request) -> Any:
        for method, pattern, action in _ADDRESSES:
            match = re.fullmatch(f"/_sandbox/{pattern}", request.path)
            if match is not None and method == request.method:
                return action(self, request, match.groups())
        for pattern, act in control_acts.ADDRESSES:
            match = re.fullmatch(f"/_sandbox/{pattern}", request.path)
            if match is not None and request.method == "POST":
                with self.api.store.transaction():
                    return act(self.api.call(request.json(), match.groups()))
        raise ApiError(f"No such address: {request.method} {request.path}", status=404)

    def show_rules(self, _request: Request, _ids: tuple[str, ...]) -> Any:
        return asdict(self.api.faults.rules)

    def change_rules(self, request: Request, _ids: tuple[str, ...]) -> Any:
        return self.api.faults.change(request.json())

    def reset(self, _request: Request, _ids: tuple[str, ...]) -> Any:
        self.api.faults.reset()
        self.courier.secrets = self.first_secrets
        with self.api.store.transaction():
            self.api.store.clear()
        return {}

    def show_clock(self, _request: Request, _ids: tuple[str, ...]) -> Any:
        return {"now": self.api.store.time(), "ahead_seconds": self.api.store.ahead_seconds}

    def advance_clock(self, request: Request, ids: tuple[str, ...]) -> Any:
        """Move the clock, and let all that is due by then have happened before answering."""
        seconds: Any = request.json().get("advance_seconds")
        if type(seconds) not in (int, float) or not 0 < seconds <= _LONGEST_STEP_SECONDS:
            raise InvalidParameter(
                "advance_seconds is a number above 0, a year at most.", param="advance_seconds"
            )
        with self.api.store.transaction():
            self.api.store.advance(seconds)
        self.courier.let_time_pass()
        return self.show_clock(request, ids)

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

    def rotate(self, request: Request, _ids: tuple[str, ...]) -> Any:
        """Sign with these secrets from now on, each of them."""
        given = request.json().get("secrets")
        if not isinstance(given, list) or not given or not all(map(_is_secret, given)):
            raise InvalidParameter("secrets is a list of whsec_... texts.", param="secrets")
        self.courier.secrets = tuple(given)
        return {"secrets": len(given)}

    def deliver_again(self, request: Request, ids: tuple[str, ...]) -> Any:
        copies = request.json().get("copies", 1)
        if not isinstance(copies, int) or not 1 <= copies <= 100:
            raise InvalidParameter("copies is a number from 1 to 100.", param="copies")
        with self.api.store.transaction():
            event = self.api.store.get("event", ids[0])
            for _ in range(copies):
                enqueue(self.api.store, event["id"], time.time())
        return {"event": event["id"], "copies": copies}


def _is_secret(given: object) -> bool:
    return isinstance(given, str) and given.startswith("whsec_")


_ADDRESSES: tuple[tuple[str, str, _Action], ...] = (
    ("GET", "rules", Control.show_rules),
    ("POST", "rules", Control.change_rules),
    ("POST", "reset", Control.reset),
    ("GET", "clock", Control.show_clock),
    ("POST", "clock", Control.advance_clock),
    ("GET", "deliveries", Control.list_deliveries),
    ("POST", "deliveries/flush", Control.flush),
    ("POST", "deliveries/collect", Control.collect),
    ("POST", "webhook", Control.point),
    ("POST", "webhook/secrets", Control.rotate),
    ("POST", r"events/(\w+)/deliver", Control.deliver_again),
)
