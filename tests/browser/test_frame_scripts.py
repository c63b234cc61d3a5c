"""The small scripts of the frame under the real policy, seen by a real browser on a phone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
Look = Callable[..., Page]


@pytest.fixture
def look(chromium: Browser, live_server: LiveServer) -> Iterator[Look]:
    """`look(color_scheme="dark")`: the living page; no script fails, no policy is broken."""
    wrong: list[str] = []
    contexts = []

    def open_look(**options: Any) -> Page:
        context = chromium.new_context(viewport=PHONE, base_url=live_server.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda line: wrong.append(line.text) if "Policy" in line.text else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto("/dev/look/")
        return page

    yield open_look
    for context in contexts:
        context.close()
    assert wrong == []


def test_a_refusal_goes_into_the_slot_of_its_form(look: Look) -> None:
    page = look()
    form = page.locator("form", has=page.get_by_role("button", name="Refused in its place"))
    form.get_by_role("button").click()
    expect(form.get_by_role("alert")).to_contain_text("Nothing was charged.")
    expect(form.get_by_role("button", name="Refused in its place")).to_be_enabled()


def test_a_refusal_without_a_slot_becomes_a_toast(look: Look) -> None:
    page = look()
    page.get_by_role("button", name="Refused in a toast").click()
    toast = page.locator("#toasts [data-toast]")
    expect(toast).to_contain_text("Nothing was charged.")
    toast.get_by_role("button", name="Dismiss").click()
    expect(toast).to_have_count(0)


def test_a_lost_connection_is_said(look: Look) -> None:
    page = look()
    page.route("**/dev/look/refusal/", lambda route: route.abort())
    page.get_by_role("button", name="Refused in a toast").click()
    expect(page.locator("#toasts")).to_contain_text("No connection. Nothing was sent")


def test_the_switch_turns_the_page_dark_and_the_server_remembers(look: Look) -> None:
    page = look(color_scheme="light")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.get_by_role("button", name="Light or dark").first.click()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != light
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_a_menu_closes_when_something_else_is_pressed(look: Look) -> None:
    page = look()
    page.get_by_text("Menu", exact=True).click()
    expect(page.get_by_text("Share", exact=True)).to_be_visible()
    page.get_by_role("heading", name="Buttons").click()
    expect(page.get_by_text("Share", exact=True)).to_be_hidden()


def test_the_keyboard_reaches_the_content_first(look: Look) -> None:
    page = look()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_living_page_has_no_barrier(look: Look, scheme: str, width: int) -> None:
    page = look(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    result = Axe().run(page, options={"preload": False})
    assert [
        (found["id"], [node["target"] for node in found["nodes"]])
        for found in result.response["violations"]
    ] == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_no_page_scrolls_sideways(look: Look, width: int) -> None:
    page = look()
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_the_page_stands_and_no_dead_button_shows(look: Look) -> None:
    page = look(java_script_enabled=False)
    expect(page.get_by_role("button", name="Light or dark").first).to_be_hidden()
    page.get_by_label("Name").fill("Ada")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#id_delivery_error")).to_be_visible()
