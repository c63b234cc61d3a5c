"""A real Chromium, a phone's width, and the whole site behind it."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from flashsale.gate import published
from payments.sandbox.server import Sandbox
from tests import stack
from tests.browser import complaints, town
from tests.browser.visitor import Visitor
from tests.payments.sandbox_fixture import WEBHOOK_PATH

PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 15_000  # the machine is shared; a browser test is about what, not how fast
LEASE_MS = "20000"  # likewise: a controller that waits for its turn closes no gate
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
def pages(
    live_server: LiveServer, stripe_sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> str:
    """The address of the pages and the Stripe sandbox, without worker and controller."""
    settings.SITE_URL = live_server.url
    settings.EMAIL_BACKEND = "accounts.mailbox.MailboxBackend"
    settings.MAILBOX_DIR = tmp_path / "mail"
    settings.MEDIA_ROOT = tmp_path / "media"
    stripe_sandbox.control("webhook", url=live_server.url + WEBHOOK_PATH)
    settings.SALE_LEASE_MS = int(LEASE_MS)
    published._cache.clear()  # sales of earlier tests had the same ids
    return live_server.url


@pytest.fixture
def site(pages: str) -> Iterator[str]:
    """The address of a whole running site: web, worker, controller, Stripe sandbox."""
    env = stack.environment(SITE_URL=pages, SALE_LEASE_MS=LEASE_MS)
    with stack.running("worker", "controller", env=env):
        yield pages


Open = Callable[..., Page]
Visit = Callable[..., Visitor]


@contextmanager
def phones(browser: Browser, address: str) -> Iterator[Open]:
    """`open(javascript=False, width=1280)`; whatever a page complained about fails the test."""
    contexts: list[BrowserContext] = []
    heard: list[str] = []

    def open_page(
        *, javascript: bool = True, width: int = PHONE["width"], scheme: str = "light"
    ) -> Page:
        context = browser.new_context(
            viewport={**PHONE, "width": width},
            base_url=address,
            java_script_enabled=javascript,
            locale="en-US",
            color_scheme=scheme,  # type: ignore[arg-type]  # light or dark
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        complaints.listen(page, heard, site=address)
        return page

    expect.set_options(timeout=PATIENCE_MS)
    try:
        yield open_page
    finally:
        for context in contexts:
            context.close()
    assert heard == []


@pytest.fixture
def open_phone(chromium: Browser, site: str) -> Iterator[Open]:
    """A phone of its own before the whole site."""
    with phones(chromium, site) as open_page:
        yield open_page


@pytest.fixture
def open_page(chromium: Browser, pages: str) -> Iterator[Open]:
    """The same, where neither worker nor controller is needed."""
    with phones(chromium, pages) as open_one:
        yield open_one


@pytest.fixture
def visit(open_phone: Open) -> Visit:
    """`visit(alice, javascript=False)`: somebody on a phone; without a user a stranger."""

    def visitor(user: User | None = None, *, javascript: bool = True) -> Visitor:
        somebody = Visitor(open_phone(javascript=javascript), javascript=javascript)
        if user is not None:
            somebody.has_logged_in(user)
        return somebody

    return visitor


@pytest.fixture
def visiting(open_page: Open, settings: Settings) -> Visit:
    """`visiting(alice)`: the same without worker and controller; the gate stays open."""
    settings.SALE_LEASE_MS = 120_000

    def visitor(user: User | None = None, *, javascript: bool = True) -> Visitor:
        somebody = Visitor(open_page(javascript=javascript), javascript=javascript)
        if user is not None:
            somebody.has_logged_in(user)
        return somebody

    return visitor


@pytest.fixture
def square(transactional_db: None) -> town.Town:
    """A store with a notebook for 12.50 plus 4.00 shipping, and its post with a checkout card."""
    return town.build()
