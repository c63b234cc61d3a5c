"""The door in front of Django that hands out static files, compressed.

granian's own static route sends files as they lie: stylesheet, htmx and scripts weigh 110 KB
so, a third of that compressed, and the first load of the feed may weigh 100 KB in all.
"""

import mimetypes
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

# A name with the hash of its content never changes; anything else is asked for again in an hour.
_HASHED = re.compile(r"\.[0-9a-f]{12}\.")
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_AN_HOUR = "public, max-age=3600"

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class StaticDoor:
    """Answers GET and HEAD below `prefix` from `root`; everything else is the application's.

    A file with a `.gz` beside it (written when static files are collected) goes out compressed
    to whoever takes that.
    """

    def __init__(self, application: Application, *, root: Path, prefix: str) -> None:
        self.application = application
        self.root = root.resolve()
        self.prefix = prefix

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(self.prefix):
            return self.application(environ, start_response)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _refuse(start_response, HTTPStatus.METHOD_NOT_ALLOWED, [("Allow", "GET, HEAD")])
        file = self._find(path.removeprefix(self.prefix))
        if file is None:
            return _refuse(start_response, HTTPStatus.NOT_FOUND)
        return _send(file, environ, start_response)

    def _find(self, name: str) -> Path | None:
        """The file of that name; None for what is not there or not below the root."""
        if "\0" in name:
            return None
        file = (self.root / name).resolve()
        return file if file.is_relative_to(self.root) and file.is_file() else None


def _send(file: Path, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    headers = [
        ("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind),
        ("Cache-Control", _FOR_EVER if _HASHED.search(file.name) else _FOR_AN_HOUR),
        ("X-Content-Type-Options", "nosniff"),
        ("Vary", "Accept-Encoding"),
    ]
    packed = file.with_name(f"{file.name}.gz")
    if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "") and packed.is_file():
        headers.append(("Content-Encoding", "gzip"))
        file = packed
    body = file.read_bytes()
    headers.append(("Content-Length", str(len(body))))
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _refuse(
    start_response: StartResponse, status: HTTPStatus, headers: Iterable[tuple[str, str]] = ()
) -> Iterable[bytes]:
    body = status.phrase.encode()
    start_response(
        f"{status.value} {status.phrase}",
        [("Content-Type", "text/plain"), ("Content-Length", str(len(body))), *headers],
    )
    return [body]
