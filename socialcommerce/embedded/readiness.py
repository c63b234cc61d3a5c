"""Ask the running site whether everything it needs is there."""

import http.client
import json
from dataclasses import dataclass
from http import HTTPStatus

from socialcommerce.embedded.ports import LOOPBACK


@dataclass(frozen=True)
class Answer:
    """`missing` is for people: what /readyz named, or that nobody answers yet."""

    is_ready: bool
    missing: str


def ask(port: int, *, timeout_seconds: float = 2.0) -> Answer:
    """One GET of /readyz. http.client, because urllib would ask the person's proxy."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=timeout_seconds)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        body = response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return Answer(is_ready=False, missing="the web process does not answer yet")
    finally:
        connection.close()
    return Answer(is_ready=response.status == HTTPStatus.OK, missing=what_is_missing(body))


def what_is_missing(body: str) -> str:
    """Each missing part with what it said, or the beginning of whatever else was answered."""
    try:
        answer = json.loads(body)
        return "; ".join(f"{name}: {answer['parts'][name]}" for name in answer["missing"])
    except (ValueError, KeyError, TypeError):
        return " ".join(body.split())[:200]
