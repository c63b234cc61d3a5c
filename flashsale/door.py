"""The short way in for a crowd: reserve, claim and state before Django makes a request.

A WSGI application around the site's own. Requests, middlewares, sessions and policies cost
several times what the gate does, and none of them is needed for these answers: the signed token
says who asks, and what goes out is a few hundred bytes of JSON. Whoever cannot be answered so (a
bad token, a page without JavaScript, an unusual body) goes the long way, where views.hot reads
the same (`calls`) and answers with a page.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from http.client import responses
from io import BytesIO
from typing import Any, Final
from urllib.parse import parse_qsl

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse, parse_cookie
from django.middleware.security import SecurityMiddleware

from flashsale import calls
from flashsale.gate import limits
from flashsale.gate.admission import Answer
from flashsale.views import hot
from socialcommerce.lib import http
from socialcommerce.lib.problems import Problem

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Headers = list[tuple[str, str]]

ADDRESS: Final = re.compile(r"/sales/([0-9]{1,18})/(claim/|reservation/|state)")
METHODS: Final = {"claim/": "POST", "reservation/": "POST", "state": "GET"}
FORM: Final = re.compile(r"application/x-www-form-urlencoded(; ?charset=utf-8)?", re.IGNORECASE)
BODY_MAX: Final = 2_000  # bytes; a form of ours has a few hundred
FIELDS_MAX: Final = 20


class SaleDoor:
    """Answers a program that asks the gate; everybody else reaches `application`."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        address = ADDRESS.fullmatch(environ["PATH_INFO"])
        if address is None or not _may_pass(environ, address[2]):
            return self.application(environ, start_response)
        try:
            answer, place = _ask(environ, int(address[1]), address[2])
        except Problem:
            return self.application(environ, start_response)
        body = hot.as_json(answer, sale_id=int(address[1]))
        status = hot.status_of(answer.standing)
        text = hot.as_text(body).encode()
        headers = [*_policy(environ), *hot.headers(body).items()]
        headers.append(("Content-Length", str(len(text))))
        if place is not None:
            headers.append(("Set-Cookie", place.header))
        start_response(f"{status} {responses[status]}", headers)
        return [text]


def _may_pass(environ: Environ, name: str) -> bool:
    if environ["REQUEST_METHOD"] != METHODS[name]:
        return False
    if settings.SECURE_SSL_REDIRECT and not _is_secure(environ):
        return False
    if name == "state":
        return True
    length = environ.get("CONTENT_LENGTH") or ""
    return (
        "application/json" in environ.get("HTTP_ACCEPT", "")
        and FORM.fullmatch(environ.get("CONTENT_TYPE") or "") is not None
        and length.isdecimal()
        and int(length) <= BODY_MAX
    )


def _ask(environ: Environ, sale_id: int, name: str) -> tuple[Answer, calls.Place | None]:
    if name == "state":
        slot = _last(environ.get("QUERY_STRING", "")).get("slot", "")
        return calls.look(environ.get("HTTP_SALE_TOKEN", ""), slot, sale_id=sale_id), None
    form = _last(_body(environ))
    network = limits.network_of(http.address_of(environ))
    if name == "reservation/":
        return calls.reserve(form, sale_id=sale_id, network=network), None
    return calls.claim(form, _cookies(environ), sale_id=sale_id, network=network)


def _body(environ: Environ) -> str:
    """Read once and put back, for whoever has to go the long way after all."""
    body: bytes = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    environ["wsgi.input"] = BytesIO(body)
    return body.decode("utf-8", "replace")


def _last(text: str) -> Mapping[str, str]:
    """The fields; of several of one name the last, as everywhere. None of a form too long."""
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_MAX))
    except ValueError:
        return {}


def _cookies(environ: Environ) -> Mapping[str, str]:
    """Nobody has a place before the first claim, and cookies take long to read."""
    text = environ.get("HTTP_COOKIE", "")
    return parse_cookie(text) if "_place" in text else {}


def _is_secure(environ: Environ) -> bool:
    header: Any = settings.SECURE_PROXY_SSL_HEADER  # set in production only
    if header:
        said: str = environ.get(header[0], "")
        return bool(said.split(",", 1)[0].strip() == header[1])
    return bool(environ.get("wsgi.url_scheme") == "https")


def _policy(environ: Environ) -> Headers:
    """What the site's own security policy says on every answer; asked of it once."""
    is_secure = _is_secure(environ)
    if is_secure not in _policies:
        response = HttpResponse()
        del response["Content-Type"]
        policy = SecurityMiddleware(lambda _request: response)
        policy.process_response(WSGIRequest(environ), response)
        _policies[is_secure] = list(response.items())
    return _policies[is_secure]


_policies: dict[bool, Headers] = {}
