"""The crowd's short way in says what the long way says, and leaves to it what it cannot read."""

import json
from collections.abc import Iterable, Iterator
from http.cookies import SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from accounts.models import User
from flashsale import tokens
from flashsale.door import BODY_MAX, SaleDoor
from flashsale.models import Sale, Stream
from flashsale.tokens import SaleToken
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded;charset=UTF-8"
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def connection_of_the_test() -> Iterator[None]:
    """The site lets go of connections with each request; the one here is the test's."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


class Said(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def cookies(self) -> SimpleCookie:
        return SimpleCookie(self.headers.get("Set-Cookie", ""))


def call(application: Any, environ: dict[str, Any]) -> Said:
    heard: list[Any] = []
    parts: Iterable[bytes] = application(environ, lambda *said, **_more: heard.extend(said))
    body = b"".join(parts)
    return Said(int(heard[0].split()[0]), dict(heard[1]), body)


def shut(_environ: dict[str, Any], _start_response: Any) -> Iterable[bytes]:
    raise AssertionError("went the long way")


def posted(
    path: str, form: dict[str, object], *, kind: str = FORM, accept: str = "application/json"
) -> dict[str, Any]:
    request = RequestFactory().post(
        path, urlencode(form), content_type=kind, headers={"Accept": accept}
    )
    return dict(request.environ)


def without_jitter(answer: dict[str, Any]) -> dict[str, Any]:
    """Everybody is told another interval to ask again at, so that a crowd spreads."""
    assert answer.pop("poll_ms") > 0
    return answer


def claim_of(sale: Sale, person: Person, **more: object) -> dict[str, object]:
    return {"token": tokens.issue(sales.token_of(sale, person)), **more}


def test_a_claim_is_answered_before_the_site_and_as_the_site_answers_it() -> None:
    sale = sales.live_sale(units=5)
    one, other = sales.crowd(sale, 2)
    path = f"/sales/{sale.pk}/claim/"
    short = call(SaleDoor(shut), posted(path, claim_of(sale, one)))
    long = Client().post(path, claim_of(sale, other), headers=JSON)
    assert (short.status, short.json["standing"]) == (200, "in_line")
    assert without_jitter(short.json) == without_jitter(long.json())
    kept = short.cookies[f"sale_{sale.pk}_place"]
    theirs = long.cookies[f"sale_{sale.pk}_place"]
    for attribute in ("path", "max-age", "httponly", "samesite", "secure"):
        assert kept[attribute] == theirs[attribute]
    assert sales.drain(sale) == 2


def test_it_carries_what_the_sites_policy_says_on_every_answer() -> None:
    sale = sales.live_sale()
    one, other = sales.crowd(sale, 2)
    path = f"/sales/{sale.pk}/claim/"
    short = call(SaleDoor(shut), posted(path, claim_of(sale, one)))
    long = Client().post(path, claim_of(sale, other), headers=JSON)
    promised = ("X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy")
    for name in (*promised, "Content-Type"):
        assert short.headers[name] == long[name]
    assert short.headers["Cache-Control"] == "no-store"
    assert int(short.headers["Content-Length"]) == len(short.body)


def test_a_place_of_the_earlier_opening_comes_along() -> None:
    sale = sales.live_sale()
    (person,) = sales.crowd(sale, 1)
    path = f"/sales/{sale.pk}/claim/"
    first = call(SaleDoor(shut), posted(path, claim_of(sale, person)))
    environ = posted(path, claim_of(sale, person))
    environ["HTTP_COOKIE"] = "; ".join(
        f"{name}={morsel.value}" for name, morsel in first.cookies.items()
    )
    assert call(SaleDoor(shut), environ).json["standing"] == "in_line"


def test_a_reservation_and_its_state_need_no_site(alice: User) -> None:
    sale = sales.approved_sale()
    sales.open_gate(sale)
    token = tokens.issue(SaleToken(sale.pk, alice.profile.pk, 0, 0, 1))
    address = make_address(alice.profile)
    wish = {"token": token, "lot": sale.lots.get().pk, "address": address.pk}
    said = call(SaleDoor(shut), posted(f"/sales/{sale.pk}/reservation/", wish))
    assert said.json["standing"] == "received"
    look = RequestFactory().get(f"/sales/{sale.pk}/state", headers={"Sale-Token": token}).environ
    assert call(SaleDoor(shut), dict(look)).json["standing"] == "received"
    assert sales.drain(sale, Stream.RESERVATIONS) == 1
    assert call(SaleDoor(shut), dict(look)).json["standing"] == "reserved"


def test_a_forged_token_is_refused_in_the_sites_words_and_changes_nothing() -> None:
    sale = sales.live_sale()
    sales.crowd(sale, 1)
    path = f"/sales/{sale.pk}/claim/"
    short = call(SaleDoor(WSGIHandler()), posted(path, {"token": "1.2.3.4.5.forged"}))
    long = Client().post(path, {"token": "1.2.3.4.5.forged"}, headers=JSON)
    assert short.status == long.status_code == 403
    assert short.headers["Content-Type"] == long["Content-Type"]
    assert b"load the sale&#x27;s page again" in short.body
    assert sales.drain(sale) == 0


def test_without_scripts_the_long_way_shows_a_page() -> None:
    sale = sales.live_sale()
    (person,) = sales.crowd(sale, 1)
    path = f"/sales/{sale.pk}/claim/"
    environ = posted(path, claim_of(sale, person), accept="text/html")
    said = call(SaleDoor(WSGIHandler()), environ)
    assert (said.status, said.headers["Location"]) == (303, path)
    assert sales.drain(sale) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"CONTENT_TYPE": "text/plain"},
        {"CONTENT_TYPE": f"{FORM}; boundary=x"},
        {"CONTENT_LENGTH": ""},
        {"CONTENT_LENGTH": str(BODY_MAX + 1)},
        {"CONTENT_LENGTH": "-1"},
        {"REQUEST_METHOD": "PUT"},
        {"PATH_INFO": "/sales/1/claim"},
        {"PATH_INFO": "/sales/１/claim/"},
    ],
)
def test_what_is_unusual_goes_the_long_way(change: dict[str, str]) -> None:
    environ = posted("/sales/1/claim/", {"token": ""}) | change
    went = []

    def site(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        went.append(environ)
        start_response("204 No Content", [])
        return []

    assert call(SaleDoor(site), environ).status == 204
    assert went == [environ]


def test_where_only_https_is_taken_the_short_way_takes_nothing_else(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    sale = sales.live_sale()
    (person,) = sales.crowd(sale, 1)
    environ = posted(f"/sales/{sale.pk}/claim/", claim_of(sale, person))
    with pytest.raises(AssertionError, match="long way"):
        call(SaleDoor(shut), dict(environ))
    secure = environ | {"HTTP_X_FORWARDED_PROTO": "https"}
    assert call(SaleDoor(shut), secure).json["standing"] == "in_line"


def test_of_two_fields_with_one_name_the_last_counts_as_on_the_long_way() -> None:
    sale = sales.live_sale()
    (person,) = sales.crowd(sale, 1)
    token = tokens.issue(sales.token_of(sale, person))
    body = urlencode([("token", "forged"), ("token", token)])
    request = RequestFactory().post(
        f"/sales/{sale.pk}/claim/", body, content_type=FORM, headers=JSON
    )
    assert call(SaleDoor(shut), dict(request.environ)).json["standing"] == "in_line"
