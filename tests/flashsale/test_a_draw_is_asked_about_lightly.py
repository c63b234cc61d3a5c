"""Whoever waits for a draw asks the gate, seldom, and fetches the page when there is news."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Profile, User
from flashsale import tokens
from flashsale.draw_steps import DrawStep
from flashsale.gate import pace, published
from flashsale.gate.keys import Keys
from flashsale.models import Sale, SaleKind
from flashsale.services import sales as operator
from flashsale.services.fairness import draws, seals
from flashsale.services.watch.controller import Controller
from flashsale.standings import Standing
from socialcommerce.lib import clock, redis
from tests.factories import draws as factory
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def said(sale: Sale, person: sales.Person) -> dict[str, object]:
    published.forget(sale.pk)
    token = tokens.issue(sales.token_of(sale, person))
    answer = Client().get(f"/sales/{sale.pk}/state", headers={"Sale-Token": token})
    assert answer.status_code == 200
    return dict(answer.json())


def tick() -> None:
    assert Controller().tick(now=clock.now()) == []


def user_of(person: sales.Person) -> User:
    user = Profile.objects.get(pk=person.profile_id).user
    assert user is not None
    return user


def test_each_step_is_heard_and_after_the_last_nobody_asks_again() -> None:
    sale, people = factory.entered(people=3, units=1)
    before = said(sale, people[0])
    assert (before["standing"], before["draw_step"]) == (Standing.RESERVED, DrawStep.WAITING)
    factory.seal(sale)
    waiting = said(sale, people[0])
    assert (waiting["standing"], waiting["draw_step"]) == (Standing.DRAWING, DrawStep.WAITING)
    assert waiting["poll_ms"]
    tick()
    seeded = said(sale, people[0])
    assert (seeded["standing"], seeded["draw_step"]) == (Standing.DRAWING, DrawStep.SEEDED)
    tick()
    for person in people:
        won = person.number in factory.winners(sale)
        heard = said(sale, person)
        assert heard["standing"] == (Standing.HELD if won else Standing.NOT_DRAWN)
        assert heard["draw_step"] == DrawStep.DECIDED
        assert heard["poll_ms"] is None
        assert ("fetch_ms" in heard) == (not won)  # whoever has to pay sees it at once


def test_a_gate_that_was_loaded_anew_says_the_same() -> None:
    sale, people = factory.entered(people=3, units=1)
    factory.draw(sale)
    sales.reopen_gate(sale)
    loser = next(person for person in people if person.number not in factory.winners(sale))
    assert said(sale, loser)["standing"] == Standing.NOT_DRAWN
    redis.gate().hset(Keys(sale.pk).meta, "answered", 0)
    assert said(sale, loser)["standing"] == Standing.RESTORING


def test_a_draw_that_is_void_paused_or_over_says_so() -> None:
    sale, people = factory.entered(people=2)
    factory.seal(sale)
    operator.pause(sale_id=sale.pk, reason="a fault", now=clock.now())
    paused = said(sale, people[0])
    assert (paused["standing"], bool(paused["poll_ms"])) == (Standing.PAUSED, True)
    operator.resume(sale_id=sale.pk, now=clock.now())
    sales.open_gate(sale)
    assert said(sale, people[0])["standing"] == Standing.DRAWING
    operator.cancel(sale_id=sale.pk, now=clock.now())
    void = said(sale, people[0])
    assert (void["standing"], void["poll_ms"]) == (Standing.CANCELLED, None)
    assert void["fetch_ms"]


def test_a_draw_without_decision_ends_with_the_sale() -> None:
    sale, people = factory.entered(people=2)
    factory.seal(sale)
    Sale.objects.filter(pk=sale.pk).update(ends_at=clock.now() - timedelta(milliseconds=1))
    sales.reopen_gate(sale)
    assert said(sale, people[0])["standing"] == Standing.ENDED


def test_in_any_other_sale_there_is_no_step() -> None:
    sale = sales.live_sale()
    (person,) = sales.crowd(sale, 1)
    heard = said(sale, person)
    assert heard["standing"] == Standing.NONE
    assert not {"draw_step", "fetch_ms"} & set(heard)


def test_the_more_have_reserved_the_less_often_each_one_asks() -> None:
    sale, people = factory.entered(people=2)
    factory.seal(sale)
    assert 1_000 <= int(str(said(sale, people[0])["poll_ms"])) <= 1_250
    redis.gate().set(Keys(sale.pk).received, b"\xff" * 30_000)
    assert 24_000 <= int(str(said(sale, people[0])["poll_ms"])) <= 30_000
    delays = {pace.fetch_ms(sale.pk) for _each in range(200)}
    assert min(delays) >= pace.FETCH_MIN_MS
    assert max(delays) <= 300 + 240_000
    assert max(delays) - min(delays) > 100_000  # they come apart
    redis.gate().set(Keys(sale.pk).received, b"\xff" * 1_000_000)
    assert 30_000 <= int(str(said(sale, people[0])["poll_ms"])) <= 37_500
    assert pace.fetch_ms(sale.pk) <= pace.FETCH_MAX_MS


def test_asking_takes_no_query(django_assert_num_queries: Callable[..., object]) -> None:
    sale, people = factory.entered(people=1)
    factory.seal(sale)
    token = tokens.issue(sales.token_of(sale, people[0]))
    with django_assert_num_queries(0):
        answer = Client().get(f"/sales/{sale.pk}/state", headers={"Sale-Token": token})
    assert answer.json()["standing"] == Standing.DRAWING
    assert len(answer.content) < 400


def test_without_scripts_the_page_comes_back_until_it_is_decided(client_of: ClientOf) -> None:
    sale, people = factory.entered(people=3, units=1)
    factory.seal(sale)
    browsers = [client_of(user_of(person)) for person in people]
    for path in ("", "claim/"):
        page = browsers[0].get(f"{sale.get_absolute_url()}{path}").content.decode()
        found = re.search(r'<noscript><meta http-equiv="refresh" content="(\d+)">', page)
        assert found is not None
        assert 30 <= int(found[1]) <= 60
    assert draws.allocate(sale, now=clock.now())
    for browser in browsers:
        page = browser.get(sale.get_absolute_url()).content.decode()
        assert 'http-equiv="refresh"' not in page
        assert "data-under-way" not in page
        assert 'data-draw-step="2"' in page


def test_the_panel_shows_what_is_new(client_of: ClientOf) -> None:
    sale, people = factory.entered(people=2)
    factory.seal(sale)
    browser = client_of(user_of(people[0]))
    panel = f"/sales/{sale.pk}/panel/"
    assert 'data-draw-step="0"' in browser.get(panel).content.decode()
    assert seals.reveal(sale, now=clock.now())
    page = browser.get(panel).content.decode()
    assert 'data-draw-step="1"' in page
    assert sale.seed in page


def test_a_paused_draw_goes_on_by_itself(client_of: ClientOf) -> None:
    sale, people = factory.entered(people=2)
    factory.seal(sale)
    operator.pause(sale_id=sale.pk, reason="a fault", now=clock.now())
    page = client_of(user_of(people[0])).get(sale.get_absolute_url()).content.decode()
    assert "The sale is paused" in page
    assert "data-under-way" in page


def test_programs_ask_where_they_stand(client_of: ClientOf, alice: User) -> None:
    sale, people = factory.entered(people=2, units=1)
    factory.seal(sale)
    address = f"/api/v1/sales/{sale.pk}/standing"
    browser = client_of(user_of(people[0]))
    heard = browser.get(address).json()
    assert (heard["standing"], heard["draw_step"]) == ("drawing", 0)
    assert client_of(alice).get(address).json()["standing"] == "none"
    assert Client().get(address).status_code == 401
    assert browser.get(address, {"slot": "x"}).status_code == 422
    assert browser.post(address).status_code == 405
    draft = sales.draft_sale(kind=SaleKind.DRAW)
    assert browser.get(f"/api/v1/sales/{draft.pk}/standing").status_code == 404
