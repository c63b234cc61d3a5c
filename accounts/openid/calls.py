"""Asking a provider over HTTP: short answers in JSON, no redirect followed, an end to waiting."""

import contextlib
import http.client
import json
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import SplitResult, urlencode, urlsplit

from django.conf import settings

from accounts.openid.errors import Rejected, Unavailable

TIMEOUT_SECONDS: Final = 10
ANSWER_BYTES_MAX: Final = 256 * 1024  # a set of keys has some kilobytes
FORM: Final = "application/x-www-form-urlencoded"


def get(url: str, *, bearer: str = "") -> dict[str, Any]:
    """The JSON object at that address. Raises Unavailable, Rejected."""
    return _ask("GET", url, None, {"Authorization": f"Bearer {bearer}"} if bearer else {})


def post(url: str, form: Mapping[str, str], *, authorization: str = "") -> dict[str, Any]:
    """What the address answers to a form. Raises Unavailable, Rejected."""
    headers = {"Content-Type": FORM}
    if authorization:
        headers["Authorization"] = authorization
    return _ask("POST", url, urlencode(form), headers)


def checked(url: object) -> SplitResult:
    """An address that secrets may be sent to: https, or this very machine while developing.

    Raises Rejected.
    """
    try:
        parts = urlsplit(str(url))
        is_safe = parts.scheme == "https" or (
            parts.scheme == "http" and not settings.PRODUCTION and _is_here(parts.hostname or "")
        )
        has_place = bool(parts.hostname) and parts.port != 0 and not parts.username
    except ValueError as error:
        raise Rejected(f"{url!r} is no address.") from error
    if not (is_safe and has_place):
        raise Rejected(f"{url!r} is not safe to ask.")
    return parts


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _ask(method: str, url: str, body: str | None, headers: dict[str, str]) -> dict[str, Any]:
    parts = checked(url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    path = parts.path or "/"
    target = f"{path}?{parts.query}" if parts.query else path
    line = connect(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    try:
        with contextlib.closing(line):
            line.request(method, target, body, {"Accept": "application/json", **headers})
            answer = line.getresponse()
            text = answer.read(ANSWER_BYTES_MAX + 1)
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(f"{parts.hostname} does not answer: {error}") from error
    except ValueError as error:  # an address or a token that HTTP cannot carry
        raise Rejected(f"{parts.hostname} said what cannot be sent back to it.") from error
    return _read(parts, answer.status, text)


def _read(parts: SplitResult, status: int, text: bytes) -> dict[str, Any]:
    where = f"{parts.hostname}{parts.path}"
    if status >= 500 or status == 429:
        raise Unavailable(f"{where} answers {status}.")
    if status != 200:
        raise Rejected(f"{where} answers {status}.")
    if len(text) > ANSWER_BYTES_MAX:
        raise Rejected(f"{where} answers without end.")
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Rejected(f"{where} does not answer in JSON.") from error
    if not isinstance(read, dict):
        raise Rejected(f"{where} does not answer with an object.")
    return read
