"""A refusal speaks the language of whoever asked: a page, a fragment, or problem+json."""

import pytest
from django.test import Client


@pytest.fixture
def browser(db: None) -> Client:
    return Client()


def test_an_unknown_address_is_a_page_for_people(browser: Client) -> None:
    answer = browser.get("/nowhere/")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/v1/posts/none", "/api/"])
def test_an_unknown_address_is_problem_json_for_programs(browser: Client, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not-found"


def test_a_problem_is_a_fragment_where_htmx_asks(browser: Client) -> None:
    fragment = browser.get("/?cursor=forged", headers={"HX-Request": "true"})
    page = browser.get("/?cursor=forged")
    assert fragment.status_code == page.status_code == 400
    assert b"<html" in page.content
    assert b"<html" not in fragment.content
