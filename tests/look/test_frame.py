"""The frame around every page, and the pages that only say no."""

from collections.abc import Callable

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from accounts.models import User
from socialcommerce import navigation

pytestmark = pytest.mark.django_db


def test_every_component_renders_on_the_living_page(client: Client) -> None:
    answer = client.get("/dev/look/")
    assert answer.status_code == 200
    assert answer.content.count(b"<h1") >= 1


def test_the_living_page_shows_the_errors_of_its_form(client: Client) -> None:
    answer = client.post("/dev/look/", {})
    assert answer.status_code == 200
    assert b'aria-invalid="true"' in answer.content


def test_the_choice_of_dark_is_in_the_page_before_any_script(client: Client) -> None:
    client.cookies["theme"] = "dark"
    assert b'data-theme="dark"' in client.get("/dev/look/").content


def test_an_odd_theme_cookie_changes_nothing(client: Client) -> None:
    client.cookies["theme"] = "<script>"
    assert b"data-theme=" not in client.get("/dev/look/").content


def test_a_visitor_is_offered_to_join_and_a_person_to_write(
    client: Client, alice: User, client_of: Callable[[User], Client]
) -> None:
    assert b"/accounts/signup/" in client.get("/dev/look/").content
    page = client_of(alice).get("/dev/look/").content
    assert b"/accounts/signup/" not in page
    assert b"/compose/" in page


def test_the_phone_has_five_places_for_everybody(rf: RequestFactory) -> None:
    keys = [place.key for place, _here in navigation.places(rf.get("/"), phone=True)]
    assert keys == ["home", "market", "sale", "wallet", "me"]


@pytest.mark.parametrize(
    ("path", "here"),
    [
        ("/", ["home"]),
        ("/posts/5/", ["home"]),
        ("/market/products/3/cup/", ["market"]),
        ("/sales/2/", ["sale"]),
        ("/nowhere/", []),
    ],
)
def test_the_place_one_is_at_is_marked(rf: RequestFactory, path: str, here: list[str]) -> None:
    marked = [place.key for place, at in navigation.places(rf.get(path), phone=True) if at]
    assert marked == here


def test_a_missing_page_says_so_kindly(client: Client) -> None:
    answer = client.get("/there/is/nothing/")
    assert answer.status_code == 404
    assert b"There is nothing at this address" in answer.content


def test_the_page_for_a_broken_server_needs_nothing() -> None:
    assert "Something broke on our side" in render_to_string("500.html")


def test_a_stale_form_says_what_to_do() -> None:
    stubborn = Client(enforce_csrf_checks=True)
    answer = stubborn.post("/dev/look/", {})
    assert answer.status_code == 403
    assert b"Nothing was sent" in answer.content


def test_the_manifest_names_icons_that_exist(client: Client) -> None:
    manifest = client.get("/manifest.webmanifest")
    assert manifest.headers["Content-Type"] == "application/manifest+json"
    assert len(manifest.json()["icons"]) == 4


def test_a_page_without_an_icon_of_its_own_gets_the_mark(client: Client) -> None:
    assert client.get("/favicon.ico").headers["Location"].endswith(".png")


def test_pages_carry_the_strict_policy(client: Client) -> None:
    policy = client.get("/dev/look/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
