import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils.encoding import iri_to_uri
from pytest_django.fixtures import Settings

from socialcommerce.lib import htmx, http

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


@pytest.mark.parametrize(
    "path", ["//elsewhere.example/", "//elsewhere.example/%2e", "/\\elsewhere"]
)
def test_back_does_not_leave_by_a_path_that_reads_as_a_host(path: str) -> None:
    request = factory.get("/", headers={"Referer": f"http://testserver{path}"})
    assert http.back(request, "/home/") == "/home/"


@pytest.mark.parametrize("wanted", ["/a\nb", "/a\r\nX: y", "/topics/\u65e5\u672c/"])
def test_htmx_is_sent_to_an_address_that_fits_a_header(wanted: str) -> None:
    answer = htmx.redirect(factory.get("/", headers={"HX-Request": "true"}), wanted)
    assert answer["HX-Redirect"] == iri_to_uri(wanted)
    assert answer["HX-Redirect"].isascii()
    assert "\n" not in answer["HX-Redirect"]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "9.9.9.9", "127.0.0.1"),
        (1, "9.9.9.9", "9.9.9.9"),
        (1, "6.6.6.6, 9.9.9.9", "9.9.9.9"),
        (2, "6.6.6.6, 9.9.9.9, 10.0.0.1", "9.9.9.9"),
        (2, "6.6.6.6", "127.0.0.1"),
        (1, "not an address", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_a_forged_address_is_not_believed(
    proxies: int, forwarded: str, seen: str, settings: Settings
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    request = factory.get("/", headers={"X-Forwarded-For": forwarded})
    assert http.client_address(request) == seen
