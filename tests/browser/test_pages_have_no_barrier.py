"""Every page of a person who has just come: no barrier, no sideways scrolling, at both widths."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ANYBODY = ["/", "/explore/", "/market/", "/sales/", "/accounts/login/", "/accounts/signup/"]
PERSON = [
    "/", "/compose/", "/@alice/", "/notifications/", "/wallet/", "/wallet/statement/",
    "/wallet/top-up/", "/wallet/cards/new/", "/orders/", "/market/open/", "/me/", "/me/edit/",
    "/me/addresses/", "/accounts/email/", "/accounts/password/change/",
]  # fmt: skip


def barriers(browser: Browser, url: str, pages: list[str], width: int, session: str) -> list[str]:
    """What axe finds on each page, and the pages that are wider than the screen."""
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if width > 1000 else "light",
        reduced_motion="reduce",
    )
    if session:
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}
        context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict of the same keys
    page = context.new_page()
    found = []
    for path in pages:
        answer = page.goto(path)
        assert answer is not None
        assert (answer.status, page.url) == (200, url + path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{path} scrolls sideways")
        violations = Axe().run(page, options={"preload": False}).response["violations"]
        found += [f"{path} {each['id']} {each['nodes'][0]['html'][:80]}" for each in violations]
    context.close()
    return found


@pytest.mark.parametrize("width", [390, 1280])
def test_a_visitor_meets_no_barrier(chromium: Browser, live_server: LiveServer, width: int) -> None:
    assert barriers(chromium, live_server.url, ANYBODY, width, "") == []


@pytest.mark.parametrize("width", [390, 1280])
def test_a_person_meets_no_barrier(
    chromium: Browser, live_server: LiveServer, alice: User, width: int
) -> None:
    client = Client()
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert barriers(chromium, live_server.url, PERSON, width, session) == []
