"""A real Chromium, a phone's width, and the whole site behind it."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from payments.sandbox.server import Sandbox
from tests import stack
from tests.payments.sandbox_fixture import WEBHOOK_PATH

PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 15_000  # the machine is shared; a browser test is about what, not how fast
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str:
    """Chromium of the system, or a skip; no skip where PLAZA_REQUIRE_BROWSER=1."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    if os.environ.get("PLAZA_REQUIRE_BROWSER") == "1":
        pytest.fail("No Chromium was found, and PLAZA_REQUIRE_BROWSER=1 forbids skipping.")
    pytest.skip("No Chromium on this machine: install it to run the browser tests.")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(live_server: LiveServer, stripe_sandbox: Sandbox, settings: Settings) -> Iterator[str]:
    """The address of a whole running site: web, worker, controller, Stripe sandbox."""
    settings.SITE_URL = live_server.url
    policy = django_settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    # The hosted card page is at the sandbox, whose address is known only now.
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": {**policy, "form-action": [*policy["form-action"], stripe_sandbox.url]}
    }
    stripe_sandbox.control("webhook", url=live_server.url + WEBHOOK_PATH)
    with stack.running("worker", "controller", env=stack.environment(SITE_URL=live_server.url)):
        yield live_server.url


Open = Callable[..., Page]


@pytest.fixture
def open_phone(chromium: Browser, site: str) -> Iterator[Open]:
    """`open_phone(javascript=False)`: a page on a phone of its own."""
    contexts: list[BrowserContext] = []

    def open_page(*, javascript: bool = True) -> Page:
        context = chromium.new_context(
            viewport=PHONE, base_url=site, java_script_enabled=javascript, locale="en-US"
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        return context.new_page()

    expect.set_options(timeout=PATIENCE_MS)
    yield open_page
    for context in contexts:
        context.close()
