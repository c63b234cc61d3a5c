"""What no page can read is refused before any page tries."""

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.test import Client

from accounts.models import User
from socialcommerce.lib.readable import ReadableDoor
from socialcommerce.wsgi import application


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url",
    [
        "/@%00/",
        "/market/stores/a%00b/",
        "/orders/%00/",
        "/explore/?cursor=%00",
        "/api/v1/timelines/profiles/%00/posts",
        "/api/v1/orders/a%00b",
        "/operator/feed/post/?kind=%00",
    ],
)
def test_a_nul_in_the_address_is_a_bad_request(url: str, alice: User, client: Client) -> None:
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get(url)
    assert answer.status_code == 400
    if url.startswith("/api/"):
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/", "/api/v1/me"])
def test_a_nul_in_a_cookie_is_a_bad_request(url: str, client: Client) -> None:
    answer = client.get(url, headers={"Cookie": r'sessionid="\000aaaaaaaaaaaa"'})
    assert answer.status_code == 400


def answer_to(kind: str, door: Callable[..., Iterable[bytes]]) -> str:
    """The status that a request with this Content-Type gets there."""
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    environ |= {"CONTENT_TYPE": kind, "QUERY_STRING": "q=a"}
    told: list[str] = []
    list(door(environ, lambda status, _headers: told.append(status)))
    return told[0]


def inside(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [])
    return []


@pytest.mark.parametrize("name", ["rot13", "hex", "base64", "undefined", "idna", "utf-16"])
def test_text_that_is_not_utf_8_is_refused_before_it_is_read(name: str) -> None:
    assert answer_to(f"text/plain; charset={name}", application) == "415 Unsupported Media Type"


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "application/json",
        "text/plain; charset=utf-8",
        'text/plain; charset="UTF8"',
        "text/plain; charset=us-ascii",
        "text/plain; charset=nobody-knows-this-one",
    ],
)
def test_text_that_we_can_read_passes(kind: str) -> None:
    assert answer_to(kind, ReadableDoor(inside)) == "200 OK"
