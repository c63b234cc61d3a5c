"""The browser that looks, as somebody of the demo world."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from socialcommerce.demo.logins import PASSWORD

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PATIENCE_MS = 20_000


class Missing(Exception):
    """Something that pictures need is not on this machine; the text says what."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Raises Missing where no Chromium is installed."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise Missing(f"There is no Chromium on this machine (looked for {', '.join(NAMES)}).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(browser: Browser, *, site: str, width: int, height: int, scheme: str) -> Iterator[Page]:
    """A page of its own in that size and colour scheme; phones have the finer screen."""
    context = browser.new_context(
        base_url=site,
        viewport={"width": width, "height": height},
        device_scale_factor=2 if width < 700 else 1,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        locale="en-US",
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield context.new_page()
    finally:
        context.close()


def log_in(page: Page, handle: str) -> None:
    """As a person would, with the password that the login page shows in development."""
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(f"{handle}@plaza.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    with page.expect_navigation():
        page.locator("main form button[type=submit]").first.click()


def bind_a_card(page: Page) -> None:
    """The person has a bound card, typed on the sandbox's page, if they had none."""
    page.goto("/wallet/")
    if page.get_by_role("link", name="Unbind").count():
        return
    page.goto("/wallet/cards/new/")
    page.get_by_role("button", name="Continue to the card page").click()
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    page.get_by_label("Expiry date (MM/YY)").fill("12/34")
    page.get_by_label("Security code (CVC)").fill("123")
    with page.expect_navigation():
        page.locator("main form button").first.click()
