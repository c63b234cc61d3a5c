"""Whoever waits for a sale gets its page by a short way: the very page that the templates make."""

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Profile, User
from accounts.selectors import viewer_of
from accounts.services import notices
from flashsale.models import Reservation, Sale
from flashsale.pages import groups, sale_page, shared
from flashsale.services import sales as operator
from flashsale.services.line_up import reminders
from socialcommerce.lib import clock
from tests.factories import flashsale as sales
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
NoQueries = Any
DOOR = "flashsale.page_door.PageDoor"
# What differs between two loads of one page: the form's token, and the moment.
CHANGES = re.compile(
    r'(?<=X-CSRFToken": ")\w+|(?<=name="csrfmiddlewaretoken" value=")\w+'
    r'|(?<=data-server-now=")[\d.]+|(?<=">)(\d+d )?[\d:]+(?=</time>)'
)


@pytest.fixture(autouse=True)
def kept_for_long(settings: Settings) -> None:
    settings.SALE_PAGE_CACHE_MS = 60_000
    shared.forget()


def announced(phase: str, **fields: Any) -> Sale:
    """A sale that people can reserve for, or cannot yet; `turn` brings it into later phases."""
    return sales.approved_sale(opens_in=600 if phase == "announced" else -20, **fields)


def turn(sale: Sale, phase: str, *, is_open: bool = True) -> None:
    """The sale is in that phase, for as long as the test takes; its gate is open or not."""
    ago = clock.now() - timedelta(seconds=1)
    if phase in ("ready", "live"):
        times = {"reserve_opens_at": ago - timedelta(minutes=9), "reserve_closes_at": ago}
        times |= {"starts_at": ago} if phase == "live" else {}
        Sale.objects.filter(pk=sale.pk).update(**times)
    if is_open:
        sales.reopen_gate(sale)
    shared.forget()


def reserver(sale: Sale, **fields: Any) -> tuple[Profile, User]:
    (person,) = sales.crowd(sale, 1, **fields)
    profile = Profile.objects.get(pk=person.profile_id)
    assert profile.user is not None
    return profile, profile.user


def by_the_templates(sale: Sale, user: User | None, *, theme: str = "") -> str:
    """The page without any shell: the whole template with everything at hand."""
    request = HttpRequest()
    request.path = sale.get_absolute_url()
    request.user = user or AnonymousUser()
    request.COOKIES["theme"] = theme
    page = sale_page.build(sale_id=sale.pk, viewer=viewer_of(user), now=clock.now())
    values = {"page": page, "sale": page.sale}
    return CHANGES.sub("", render_to_string("flashsale/sale.html", values, request=request))


def by_the_short_way(browser: Client, sale: Sale, no_orm: NoQueries) -> str:
    """The page as the door gives it. Its look at PostgreSQL is not made by the ORM."""
    browser.get(sale.get_absolute_url())  # what is shared is read and rendered once
    with no_orm(0):
        response = browser.get(sale.get_absolute_url())
    assert response.status_code == 200
    return CHANGES.sub("", response.content.decode())


@pytest.mark.parametrize("phase", ["announced", "reserving", "ready", "live"])
@pytest.mark.parametrize("fields", [{}, {"opening_window_ms": 5_000, "work_bits": 8}])
def test_a_stranger_before_the_start(
    phase: str, fields: dict[str, Any], django_assert_num_queries: NoQueries
) -> None:
    sale = announced(phase, **fields)
    turn(sale, phase)
    shown = by_the_short_way(Client(), sale, django_assert_num_queries)
    assert shown == by_the_templates(sale, None)


@pytest.mark.parametrize("phase", ["reserving", "ready", "live"])
@pytest.mark.parametrize("pays", [True, False])
@pytest.mark.parametrize("fields", [{}, {"opening_window_ms": 5_000, "work_bits": 8}])
def test_a_reserver_before_the_start(
    *,
    phase: str,
    pays: bool,
    fields: dict[str, Any],
    client_of: ClientOf,
    django_assert_num_queries: NoQueries,
) -> None:
    sale = announced(phase, **fields)
    _profile, user = reserver(sale, pay_from_wallet=pays)
    turn(sale, phase)
    shown = by_the_short_way(client_of(user), sale, django_assert_num_queries)
    assert shown == by_the_templates(sale, user)


@pytest.mark.parametrize("phase", ["announced", "reserving", "ready", "live"])
@pytest.mark.parametrize("addresses", [0, 2])
@pytest.mark.parametrize("asks", [True, False])
@pytest.mark.parametrize("is_open", [True, False])
def test_somebody_who_has_not_reserved(
    *,
    phase: str,
    addresses: int,
    asks: bool,
    is_open: bool,
    alice: User,
    client_of: ClientOf,
    django_assert_num_queries: NoQueries,
) -> None:
    sale = announced(phase)
    for _one in range(addresses):
        make_address(alice.profile)
    if asks:
        reminders.ask(sale_id=sale.pk, person=alice.profile, now=clock.now())
    turn(sale, phase, is_open=is_open)
    shown = by_the_short_way(client_of(alice), sale, django_assert_num_queries)
    assert shown == by_the_templates(sale, alice)


def test_a_reservation_on_its_way_asks_again_by_the_long_way(
    alice: User, client_of: ClientOf
) -> None:
    sale = announced("reserving")
    sales.open_gate(sale)
    address = make_address(alice.profile)
    browser = client_of(alice)
    token = browser.get(sale.get_absolute_url()).content.decode()
    token = token.partition('data-token="')[2].partition('"')[0]
    form = {"token": token, "lot": sale.lots.get().pk, "address": address.pk}
    browser.post(f"/sales/{sale.pk}/reservation/", form)
    assert "data-under-way" in browser.get(sale.get_absolute_url()).content.decode()


def test_whoever_is_in_line_goes_the_long_way(client_of: ClientOf) -> None:
    sale = sales.live_sale()
    (person,) = sales.crowd(sale, 1)
    user = Profile.objects.get(pk=person.profile_id).user
    assert user is not None
    browser = client_of(user)
    assert "sale__panel--live" in browser.get(sale.get_absolute_url()).content.decode()
    sales.claim(sale, person)
    assert "You are in line" in browser.get(sale.get_absolute_url()).content.decode()
    sales.drain(sale)
    assert "Unit 1 is yours" in browser.get(sale.get_absolute_url()).content.decode()


def test_news_theme_and_odd_names_are_in_it(
    client_of: ClientOf, django_assert_num_queries: NoQueries
) -> None:
    sale = announced("ready")
    profile, user = reserver(sale)
    address = {"full_name": '<b>"Ann" & Ö', "line1": "1 Road", "city": "東京"}
    Reservation.objects.filter(person=profile).update(address=address)
    notices.notify(recipient_id=profile.pk, kind="followed", url="/", now=clock.now())
    turn(sale, "ready")
    browser = client_of(user)
    browser.cookies["theme"] = "dark"
    shown = by_the_short_way(browser, sale, django_assert_num_queries)
    assert shown == by_the_templates(sale, user, theme="dark")
    for words in ("&lt;b&gt;&quot;Ann&quot; &amp; Ö", "東京", 'data-theme="dark"', 'class="count"'):
        assert words in shown


@pytest.mark.parametrize("is_known", [True, False])
def test_the_same_headers_come_with_it(
    *, is_known: bool, client_of: ClientOf, settings: Settings
) -> None:
    sale = announced("ready")
    _profile, user = reserver(sale)
    turn(sale, "ready")
    short = (client_of(user) if is_known else Client()).get(sale.get_absolute_url(), secure=True)
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != DOOR]
    long = (client_of(user) if is_known else Client()).get(sale.get_absolute_url(), secure=True)
    assert set(short.headers) == set(long.headers)
    for name in set(long.headers) - {"Expires", "Content-Length", "Vary"}:
        assert short[name] == long[name]
    assert set(short["Vary"].split(", ")) == set(long["Vary"].split(", "))
    cookie, other = short.cookies["csrftoken"], long.cookies["csrftoken"]
    assert {**cookie, "expires": ""} == {**other, "expires": ""}
    assert set(short.cookies) == set(long.cookies)


def test_it_comes_packed_to_whoever_unpacks(client_of: ClientOf) -> None:
    sale = announced("ready")
    _profile, user = reserver(sale)
    turn(sale, "ready")
    browser = client_of(user)
    plain = browser.get(sale.get_absolute_url())
    packed = browser.get(sale.get_absolute_url(), headers={"Accept-Encoding": "br, gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain
    text = gzip.decompress(packed.content).decode()
    assert CHANGES.sub("", text) == CHANGES.sub("", plain.content.decode())
    assert int(packed["Content-Length"]) == len(packed.content) < len(text) / 2


def test_the_token_of_its_forms_is_good(client_of: ClientOf) -> None:
    sale = announced("reserving")
    profile, user = reserver(sale)
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = client_of(user).cookies
    text = browser.get(sale.get_absolute_url()).content.decode()
    token = text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    answer = browser.post(f"/sales/{sale.pk}/reservation/withdraw/", {"csrfmiddlewaretoken": token})
    assert answer.status_code == 303
    assert not Reservation.objects.standing().filter(person=profile).exists()


def test_a_message_is_shown_once(client_of: ClientOf) -> None:
    sale = announced("reserving")
    (first, second) = sales.crowd(sale, 2)
    for person in (first, second):
        user = Profile.objects.get(pk=person.profile_id).user
        assert user is not None
        browser, words = client_of(user), "Your reservation is withdrawn"
        browser.get(sale.get_absolute_url())
        browser.post(f"/sales/{sale.pk}/reservation/withdraw/")
        assert words in browser.get(sale.get_absolute_url()).content.decode()
        assert words not in browser.get(sale.get_absolute_url()).content.decode()


def test_whoever_may_not_log_in_is_a_stranger_at_once(client_of: ClientOf) -> None:
    sale = announced("reserving")
    _profile, user = reserver(sale)
    browser = client_of(user)
    assert "Reserved, number 1" in browser.get(sale.get_absolute_url()).content.decode()
    User.objects.filter(pk=user.pk).update(is_active=False)
    shown = browser.get(sale.get_absolute_url()).content.decode()
    assert "Reserved, number 1" not in shown
    assert 'data-token=""' in shown


def test_a_changed_password_ends_every_other_session_at_once(client_of: ClientOf) -> None:
    sale = announced("reserving")
    _profile, user = reserver(sale)
    browser = client_of(user)
    assert "Reserved, number 1" in browser.get(sale.get_absolute_url()).content.decode()
    user.set_password("another-long-password")
    user.save()
    assert 'data-token=""' in browser.get(sale.get_absolute_url()).content.decode()


def test_whoever_logs_out_is_a_stranger_also_with_the_old_cookie(client_of: ClientOf) -> None:
    sale = announced("reserving")
    _profile, user = reserver(sale)
    browser, thief = client_of(user), Client()
    thief.cookies["sessionid"] = browser.cookies["sessionid"].value
    assert "Reserved, number 1" in thief.get(sale.get_absolute_url()).content.decode()
    browser.logout()
    assert 'data-token=""' in thief.get(sale.get_absolute_url()).content.decode()


def test_a_reservation_that_was_withdrawn_is_gone_at_once(client_of: ClientOf) -> None:
    sale = announced("reserving")
    profile, user = reserver(sale)
    browser = client_of(user)
    assert "Reserved, number 1" in browser.get(sale.get_absolute_url()).content.decode()
    Reservation.objects.filter(person=profile).update(withdrawn_at=clock.now())
    assert "Reserved, number 1" not in browser.get(sale.get_absolute_url()).content.decode()


def test_the_face_turns_at_the_very_moment(client_of: ClientOf) -> None:
    sale = announced("reserving")
    _profile, user = reserver(sale)
    browser, now = client_of(user), clock.now()
    closes_at, starts_at = now + timedelta(seconds=1.5), now + timedelta(seconds=3)
    Sale.objects.filter(pk=sale.pk).update(reserve_closes_at=closes_at, starts_at=starts_at)
    sales.reopen_gate(sale)
    shared.forget()
    seen, before = set(), clock.now()
    while before < starts_at + timedelta(seconds=0.5):
        shown = browser.get(sale.get_absolute_url()).content.decode()
        after = clock.now()
        face = shown.partition("sale__panel--")[2].partition('"')[0]
        may_be = [
            "reserved" if moment < closes_at else "ready" if moment < starts_at else "live"
            for moment in (before, after)
        ]
        assert face in may_be
        seen.add(face)
        before = clock.now()
    assert seen


def test_a_pause_is_seen_by_everybody(client_of: ClientOf, settings: Settings) -> None:
    settings.SALE_PAGE_CACHE_MS = 0
    sale = announced("reserving")
    _profile, user = reserver(sale)
    browser = client_of(user)
    browser.get(sale.get_absolute_url())
    operator.pause(sale_id=sale.pk, reason="a look", now=clock.now())
    assert "The sale is paused" in browser.get(sale.get_absolute_url()).content.decode()


@pytest.mark.parametrize("path", ["/sales/999999/", "/sales/{}/?x=1", "/sales/{}/panel/"])
def test_every_other_address_goes_the_long_way(path: str, client_of: ClientOf) -> None:
    sale = announced("ready")
    _profile, user = reserver(sale)
    status = client_of(user).get(path.format(sale.pk)).status_code
    assert status == (404 if "999999" in path else 200)


def test_a_draw_shows_everybody_their_own_weight() -> None:
    sale = announced("reserving", kind="draw")
    page = sale_page.build(sale_id=sale.pk, viewer=None, now=clock.now())
    assert groups.of(page).face is None
