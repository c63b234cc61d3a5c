"""In one process, at the same moment, everybody gets their own page, and what is shared once."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import close_old_connections, connection
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Profile, User
from flashsale.models import Reservation, Sale
from flashsale.pages import shared
from socialcommerce.lib.shells import Shell
from tests.concurrency.flashsale.crowds import at_once
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db(transaction=True)
ClientOf = Callable[[User], Client]
THREADS = 8
LOADS = 40


def people_of(sale: Sale, count: int) -> list[Profile]:
    """Reservers, each with an address that nobody else has."""
    people = [Profile.objects.get(pk=one.profile_id) for one in sales.crowd(sale, count)]
    for person in people:
        address = {"full_name": f"Name{person.pk}Z", "line1": "1 Road", "city": "Porto"}
        Reservation.objects.filter(person=person).update(address=address)
    return people


@pytest.mark.parametrize("kept_ms", [0, 5, 60_000])
def test_nobody_ever_gets_a_part_of_somebody_elses_page(
    kept_ms: int, client_of: ClientOf, settings: Settings
) -> None:
    settings.SALE_PAGE_CACHE_MS = kept_ms
    shared.forget()
    sale = sales.approved_sale()
    people = people_of(sale, THREADS - 1)
    sessions = {p: client_of(p.user).cookies["sessionid"].value for p in people if p.user}
    tokens: dict[Profile | None, set[str]] = {None: set(), **{person: set() for person in people}}

    def load(person: Profile | None) -> None:
        browser = Client()
        if person is not None:
            browser.cookies["sessionid"] = sessions[person]
        for _time in range(LOADS // (1 if kept_ms else 4)):
            text = browser.get(sale.get_absolute_url()).content.decode()
            for other in people:
                assert (f"Name{other.pk}Z" in text) is (other == person)
            numbers = [f"Reserved, number {n}<" in text for n in range(1, len(people) + 1)]
            assert sum(numbers) == (person is not None)
            tokens[person].add(text.partition('data-token="')[2].partition('"')[0])
            assert text.count(browser.cookies["csrftoken"].value) == 0  # masked, each time anew

    assert at_once(load, [None, *people], threads=THREADS) == [None] * THREADS
    assert tokens.pop(None) == {""}
    assert all(len(own) == 1 for own in tokens.values())
    assert len(set.union(*tokens.values())) == len(people)


def test_what_is_shared_is_made_once_while_the_others_wait(settings: Settings) -> None:
    settings.SALE_PAGE_CACHE_MS = 60_000
    shared.forget()
    made: list[Shell] = []
    all_came = threading.Barrier(THREADS)

    def make() -> Shell:
        time.sleep(0.05)  # long enough for everybody to find nothing
        made.append(Shell(None, (b"",), (b"",), ()))  # type: ignore[arg-type]
        return made[-1]

    def ask(_number: int) -> Shell:
        all_came.wait()
        return shared.kept_shell("one", make)

    got = at_once(ask, range(THREADS), threads=THREADS)
    assert len(made) == 1
    assert got == made * THREADS


def test_one_that_hangs_holds_nobody_up_for_long(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SALE_PAGE_CACHE_MS = 60_000
    monkeypatch.setattr(shared, "WAIT_SECONDS", 0.05)
    shared.forget()
    hangs, done = threading.Event(), threading.Event()
    made = Shell(None, (b"",), (b"",), ())  # type: ignore[arg-type]

    def hang() -> Shell:
        hangs.set()
        done.wait(30)
        return made

    first = threading.Thread(target=shared.kept_shell, args=("one", hang))
    first.start()
    hangs.wait(30)
    assert shared.kept_shell("one", lambda: made) is made
    done.set()
    first.join()


def test_a_lost_connection_is_a_longer_way_and_no_error(client_of: ClientOf) -> None:
    sale = sales.approved_sale()
    (person,) = people_of(sale, 1)
    assert person.user is not None
    browser = client_of(person.user)

    def load(_number: int) -> list[str]:
        texts = [browser.get(sale.get_absolute_url()).content.decode()]
        connection.connection.close()  # as when PostgreSQL was started anew
        close_old_connections()  # as the server does before each request
        return [*texts, browser.get(sale.get_absolute_url()).content.decode()]

    (texts,) = at_once(load, [1], threads=1)
    assert isinstance(texts, list), texts
    assert all(f"Name{person.pk}Z" in text for text in texts)
