"""The provider: a small server of its own, at which people log in and agree in a browser.

It keeps to OpenID Connect as a strict provider does (a code once, PKCE, the client's secret, the
registered way back), and does wrong what a test asks it to.
"""

import base64
import hashlib
import json
import secrets
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from tests.openid.keys import SigningKey

PEOPLE = {"u-1001": "Anna at Shopmall", "u-1002": "Ben at Shopmall"}
CLIENT_ID, CLIENT_SECRET = "plaza test", "s3cret/with+signs"
AGREE_PAGE = """<!doctype html><html lang="en"><head><title>Shopmall</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head>
<body><main><h1>Shopmall</h1><p>{client} asks who you are.</p>
<form method="post" action="/authorize?{query}"><p><label for="who">I am</label>
<select id="who" name="who">{people}</select></p>
<button name="answer" value="agree">Agree</button>
<button name="answer" value="refuse">Refuse</button></form></main></body></html>"""


@dataclass
class Provider:
    """What it knows, and what a test has it do wrong.

    `claims` replaces what a token says, `header` what stands in its head; `breaks` names the
    places (`token`, `jwks`, ...) that answer 503; `granted` and `told` replace what the places of
    tokens and of userinfo say.
    """

    url: str
    key: SigningKey
    published: list[SigningKey]
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    granted: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    breaks: set[str] = field(default_factory=set)
    takes_codes_again: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def settings(self, key: str = "shopmall", name: str = "Shopmall") -> dict[str, str]:
        """As the site is told of it."""
        return {
            "key": key,
            "name": name,
            "issuer": self.url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            **self.discovery,
        }

    def way_back(self, asked: dict[str, str], who: str, answer: str) -> str:
        """Where the browser goes once the person has pressed a button."""
        back = {"state": asked["state"], "iss": self.url}
        if answer != "agree":
            return f"{asked['redirect_uri']}?{urlencode({**back, 'error': 'access_denied'})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "who": who}
        return f"{asked['redirect_uri']}?{urlencode({**back, 'code': code})}"

    def exchange(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        if _client_of(form, authorization) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        code = form.get("code", "")
        asked = self.codes.get(code) if self.takes_codes_again else self.codes.pop(code, None)
        if asked is None or not _fits(asked, form):
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(16)
        self.tokens[access] = asked["who"]
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": asked["who"],
            "aud": asked["client_id"],
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        token = self.key.token(claims, **self.header)
        granted = {"access_token": access, "token_type": "Bearer", "id_token": token}
        return 200, {**granted, **self.granted}

    def person(self, authorization: str) -> tuple[int, dict[str, Any]]:
        who = self.tokens.get(authorization.removeprefix("Bearer "))
        if who is None:
            return 401, {"error": "invalid_token"}
        return 200, {"sub": who, "name": PEOPLE[who], **self.told}


def _client_of(form: dict[str, str], authorization: str) -> tuple[str, str]:
    if not authorization.startswith("Basic "):
        return form.get("client_id", ""), form.get("client_secret", "")
    pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
    name, _colon, secret = pair.partition(":")
    return unquote_plus(name), unquote_plus(secret)


def _fits(asked: dict[str, str], form: dict[str, str]) -> bool:
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return (
        form.get("grant_type") == "authorization_code"
        and form.get("redirect_uri") == asked["redirect_uri"]
        and challenge == asked["code_challenge"]
    )


class Door(BaseHTTPRequestHandler):
    """HTTP before the provider."""

    def __init__(self, provider: Provider, *args: Any) -> None:
        self.provider = provider
        super().__init__(*args)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        place = parts.path.rpartition("/")[2]
        self.provider.asked.append(place)
        if place in self.provider.breaks:
            self._answer(503, {})
        elif place == "authorize":
            self._page(parts.query)
        elif place == "userinfo":
            self._answer(*self.provider.person(self.headers.get("Authorization", "")))
        elif place == "jwks":
            self._answer(200, {"keys": [key.published() for key in self.provider.published]})
        else:
            self._answer(200, self.provider.configuration())

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        place = parts.path.rpartition("/")[2]
        self.provider.asked.append(place)
        form = _plain(self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode())
        if place in self.provider.breaks:
            self._answer(503, {})
        elif place == "authorize":
            asked = _plain(parts.query)
            self.send_response(303)
            self.send_header("Location", self.provider.way_back(asked, form["who"], form["answer"]))
            self.end_headers()
        else:
            authorization = self.headers.get("Authorization", "")
            self._answer(*self.provider.exchange(form, authorization))

    def log_message(self, *_arguments: Any) -> None:
        """Quiet: a test says what it wants to know."""

    def _page(self, query: str) -> None:
        people = "".join(f'<option value="{key}">{name}</option>' for key, name in PEOPLE.items())
        html = AGREE_PAGE.format(client=escape(CLIENT_ID), query=escape(query), people=people)
        self._send(200, "text/html; charset=utf-8", html.encode())

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(body).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _plain(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self) -> None:
        # Without the look-up of a host name, which may wait for a name server.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]


@contextmanager
def running(key: SigningKey) -> Iterator[Provider]:
    """A provider that answers while the block runs."""
    provider = Provider(url="", key=key, published=[key])
    with Server(("127.0.0.1", 0), partial(Door, provider)) as server:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
