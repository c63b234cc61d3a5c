"""The server around the sandbox: the standard library's, threaded, on the loopback interface.

It is the same in development and in tests. A bigger server would gain nothing here, and this one
can do what the faults need: end a connection without an answer. Never for production.
"""

import contextlib
import http.client
import json
import logging
import secrets
import socketserver
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from payments.sandbox.api import Api
from payments.sandbox.control import Control
from payments.sandbox.courier import Courier
from payments.sandbox.errors import InvalidParameter
from payments.sandbox.faults import Faults
from payments.sandbox.pages import drawing
from payments.sandbox.pages.visits import Pages
from payments.sandbox.store import Store
from payments.sandbox.web import Answer, WsgiEnvironment, as_json, read

HOST = "127.0.0.1"
# How soon the server of a test notices that it shall end.
_QUICK_SECONDS = 0.02
_ALLOWED_IN = frozenset({"development", "test"})
_log = logging.getLogger("payments.sandbox")
_StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Refused(RuntimeError):
    """The sandbox was started where real money may be near."""


def refuse_production(environment: str) -> None:
    """Raises Refused anywhere but in development and tests."""
    if environment not in _ALLOWED_IN:
        raise Refused(f"The Stripe sandbox does not run in {environment or 'an unnamed place'}.")


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128

    def server_bind(self) -> None:
        # Without the look-up of a host name, which may wait for a name server.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]
        self.setup_environ()


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - its parent's name
        _log.info(format, *arguments)


@dataclass
class Application:
    """The WSGI application of one sandbox: the API, the pages, and the control."""

    api: Api
    pages: Pages
    control: Control

    def __call__(
        self, environment: WsgiEnvironment, start_response: _StartResponse
    ) -> Iterable[bytes]:
        answer = self._answer(environment)
        if answer.cut_off:
            # The server takes this as "the client has gone" and closes without a byte.
            raise ConnectionResetError
        headers = [
            ("Content-Type", answer.content_type),
            ("Content-Length", str(len(answer.body))),
            *answer.headers,
        ]
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
        return [answer.body]

    def _answer(self, environment: WsgiEnvironment) -> Answer:
        try:
            request = read(environment)
        except InvalidParameter as error:
            return as_json(error.status, error.as_json())
        if request.path.startswith("/v1/"):
            return self.api.answer(request)
        if request.path.startswith("/_sandbox/"):
            return self.control.answer(request)
        if request.path == "/pages/style.css":
            return drawing.stylesheet()
        return self.pages.answer(request)


@dataclass(frozen=True)
class Sandbox:
    """Where a running sandbox is, and the keys it takes."""

    url: str
    secret_key: str
    webhook_secret: str

    def control(self, path: str, **body: Any) -> Any:
        """Return the answer of /_sandbox/<path>: of a GET without a body, else of a POST."""
        method = "POST" if body or path not in ("rules", "deliveries", "clock") else "GET"
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        headers = {"Authorization": f"Bearer {self.secret_key}"}
        with contextlib.closing(connection):
            connection.request(method, f"/_sandbox/{path}", json.dumps(body), headers)
            answer = connection.getresponse()
            read = json.load(answer)
        if answer.status != 200:
            raise ControlRefused(read["error"]["message"])
        return read


class ControlRefused(ValueError):
    """The control API did not take what was asked of it."""


@contextlib.contextmanager
def started(
    *,
    environment: str,
    state_dir: Path,
    secret_key: str,
    webhook_secret: str,
    webhook_url: str | None,
    port: int = 0,
) -> Iterator[tuple[Sandbox, Callable[..., None]]]:
    """Bind the server and start its courier; give where it is, and the call that serves.

    Raises Refused outside development and tests, OSError when the port is taken.
    """
    refuse_production(environment)
    with _Server((HOST, port), _Handler) as server:
        url = f"http://{HOST}:{server.server_port}"
        store = Store(state_dir)
        with store.transaction():
            store.move_to(url)
        api = Api(
            store=store,
            faults=Faults(),
            base_url=url,
            secret_key=secret_key,
        )
        courier = Courier(api=api, url=webhook_url, secrets=(webhook_secret,))
        application = Application(
            api=api, pages=Pages(api), control=Control(api, courier, (webhook_secret,))
        )
        server.set_app(application)
        courier.start()
        try:
            yield Sandbox(url, secret_key, webhook_secret), server.serve_forever
        finally:
            courier.stop()
            server.shutdown()
            api.store.close()


@contextlib.contextmanager
def running_sandbox(webhook_url: str | None = None) -> Iterator[Sandbox]:
    """Run a sandbox of its own in this process, for tests, with nothing left behind."""
    with (
        tempfile.TemporaryDirectory() as folder,
        started(
            environment="test",
            state_dir=Path(folder),
            secret_key=f"sk_test_{secrets.token_hex(12)}",
            webhook_secret=f"whsec_{secrets.token_hex(16)}",
            webhook_url=webhook_url,
        ) as (sandbox, serve),
    ):
        thread = threading.Thread(target=serve, args=(_QUICK_SECONDS,), daemon=True)
        thread.start()
        yield sandbox
