"""A Stripe sandbox for tests that pay: `stripe_sandbox` points the settings at it.

It runs in this process and is emptied for each test. Its events wait in its queue: a test lets
them arrive with `deliver(stripe_sandbox, client)`, or points them at a live server with
`stripe_sandbox.control("webhook", url=...)`.
"""

import contextlib
import http.client
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from payments.sandbox.server import Sandbox, running_sandbox

WEBHOOK_PATH = "/payments/webhooks/stripe/"


@pytest.fixture(scope="session")
def stripe_sandbox_server() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def stripe_sandbox(stripe_sandbox_server: Sandbox, settings: Settings) -> Sandbox:
    stripe_sandbox_server.control("webhook", url=None)
    stripe_sandbox_server.control("reset")
    settings.STRIPE_API_BASE = stripe_sandbox_server.url
    settings.STRIPE_SECRET_KEY = stripe_sandbox_server.secret_key
    settings.STRIPE_WEBHOOK_SECRETS = [stripe_sandbox_server.webhook_secret]
    return stripe_sandbox_server


def deliver(sandbox: Sandbox, client: Client) -> list[int]:
    """Let all events that wait arrive at our webhook; return the statuses it answered with."""
    return [
        client.post(
            WEBHOOK_PATH,
            data=event["payload"],
            content_type="application/json",
            headers={"Stripe-Signature": event["signature"]},
        ).status_code
        for event in sandbox.control("deliveries/collect")
    ]


def visit(url: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Return status, Location and HTML of one visit to a page: a GET, or a POST with a form."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
    with contextlib.closing(connection):
        body = urlencode(form) if form is not None else None
        connection.request("GET" if form is None else "POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location") or "", answer.read().decode()


def type_card(url: str, number: str, *, expiry: str = "12/34", cvc: str = "123") -> str:
    """Fill in the hosted page and return where the browser goes next."""
    status, location, html = visit(url, {"number": number, "expiry": expiry, "cvc": cvc})
    assert status == 303, html
    return location


def answer_bank(url: str, outcome: str = "complete") -> str:
    """Press Complete or Fail on the 3-D Secure page and return where the browser goes next."""
    status, location, html = visit(url, {"outcome": outcome})
    assert status == 303, html
    return location


def goes_on_to(browser: Client, answer: HttpResponse) -> str:
    """Where a form's answer leads in the end: by our own page that goes on to another site."""
    page = browser.get(answer["Location"]).content.decode()
    found = re.search(r'<meta http-equiv="refresh" content="0;url=([^"]+)">', page)
    assert found is not None, page
    return unescape(found[1])
