"""Requests and answers as the sandbox passes them around, apart from any server."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from payments.sandbox.errors import InvalidParameter, Json

WsgiEnvironment = dict[str, Any]
# Real requests have a few kilobytes.
_LARGEST_BODY = 256 * 1024


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: str
    body: str
    authorization: str = ""
    idempotency_key: str | None = None
    account: str = ""

    @property
    def form(self) -> str:
        return self.body if self.method == "POST" else self.query

    def json(self) -> Json:
        """Raises InvalidParameter when the body is not a JSON object."""
        try:
            read = json.loads(self.body or "{}")
        except ValueError as error:
            raise InvalidParameter("The body is not JSON.") from error
        if not isinstance(read, dict):
            raise InvalidParameter("The body is not a JSON object.")
        return read


@dataclass(frozen=True)
class Answer:
    """``cut_off`` closes the connection without a word, after the work was done."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    cut_off: bool = False


def as_json(status: int, body: Any, headers: Iterable[tuple[str, str]] = ()) -> Answer:
    encoded = json.dumps(body, indent=2).encode()
    return Answer(status, encoded, headers=tuple(headers))


def redirect(url: str, **query: str) -> Answer:
    """Return a redirect with the query added to whatever the address has already."""
    if query:
        url += ("&" if "?" in url else "?") + urlencode(query)
    return Answer(303, headers=(("Location", url),))


def read(environment: WsgiEnvironment) -> Request:
    """Raises InvalidParameter when the body is too large or not text."""
    length = int(environment.get("CONTENT_LENGTH") or 0)
    if length > _LARGEST_BODY:
        raise InvalidParameter("The request is too large.")
    try:
        body = environment["wsgi.input"].read(length).decode()
    except UnicodeDecodeError as error:
        raise InvalidParameter("The body is not UTF-8.") from error
    return Request(
        method=environment["REQUEST_METHOD"],
        path=environment["PATH_INFO"],
        query=environment.get("QUERY_STRING", ""),
        body=body,
        authorization=environment.get("HTTP_AUTHORIZATION", ""),
        idempotency_key=environment.get("HTTP_IDEMPOTENCY_KEY") or None,
        account=environment.get("HTTP_STRIPE_ACCOUNT", ""),
    )
