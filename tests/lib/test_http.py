import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from socialcommerce.lib import http

factory = RequestFactory()


@http.require("GET")
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("here")


def test_an_allowed_method_passes_and_head_goes_with_get() -> None:
    assert page(factory.get("/")).status_code == 200
    assert page(factory.head("/")).status_code == 200


def test_another_method_is_told_which_are_allowed() -> None:
    answer = page(factory.post("/api/v1/x"))
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "url",
    [
        "//elsewhere.example",
        "https://elsewhere.example/",
        "javascript:alert(1)",
        "/\\elsewhere",
        "\x00/",
        "http:///elsewhere",
        "\t//elsewhere",
        "",
    ],
)
def test_next_never_leads_off_the_site(url: str) -> None:
    assert http.safe_next(factory.get("/", {"next": url}), "/home/") == "/home/"


def test_next_leads_to_a_path_of_ours() -> None:
    assert http.safe_next(factory.post("/", {"next": "/wallet/?a=1"}), "/") == "/wallet/?a=1"


def test_back_takes_only_pages_of_ours() -> None:
    ours = factory.get("/", headers={"Referer": "http://testserver/feed/?x=1"})
    theirs = factory.get("/", headers={"Referer": "http://elsewhere.example/feed/"})
    assert http.back(ours, "/") == "/feed/?x=1"
    assert http.back(theirs, "/") == "/"
