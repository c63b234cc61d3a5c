"""Requests that no page could read are refused at the door, once for every page.

PostgreSQL keeps no NUL, so one in an address or a cookie would end in a server error wherever
it reaches a query. Everything here is UTF-8: Python knows character sets that are none (hex,
rot13), and Django would try to read an address in them before any middleware is asked.
"""

import codecs
from collections.abc import Callable, Iterable
from email.message import Message
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

CHARACTER_SETS = frozenset(["utf-8", "ascii"])
REFUSAL = b"Please send text as UTF-8.\n"

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class ReadableRequests:
    """Middleware: 400 for a NUL in address or cookies."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("A NUL stands in the address.")
        # A quoted cookie may write any byte in octal digits; the session's key is looked up.
        if any("\0" in value for value in request.COOKIES.values()):
            raise BadRequest("A NUL stands in a cookie.")
        return self.get_response(request)


class ReadableDoor:
    """WSGI, before Django makes its request: 415 for any character set but UTF-8."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if _is_readable(environ.get("CONTENT_TYPE", "")):
            return self.application(environ, start_response)
        kind, length = "text/plain; charset=utf-8", str(len(REFUSAL))
        start_response(
            "415 Unsupported Media Type", [("Content-Type", kind), ("Content-Length", length)]
        )
        return [REFUSAL]


def _is_readable(content_type: str) -> bool:
    """True too where no set is named, or one that Python (so Django) does not know."""
    if "charset" not in content_type.lower():
        return True
    header = Message()
    header["Content-Type"] = content_type
    try:
        return codecs.lookup(str(header.get_param("charset", "utf-8"))).name in CHARACTER_SETS
    except (LookupError, ValueError):
        return True
