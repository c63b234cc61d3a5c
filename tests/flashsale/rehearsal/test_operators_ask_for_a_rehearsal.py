"""The operator's pages of a rehearsal: asking, watching, reading; nobody else sees them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from flashsale.models import Rehearsal, Sale
from flashsale.rehearsal import config, runs
from socialcommerce.lib import clock
from tests.factories import flashsale as factory
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator(client_of: Callable[[User], Client]) -> Client:
    return client_of(UserFactory.create(is_operator=True))


def address(sale_id: int) -> str:
    return f"/operator/flashsale/rehearsal/of/{sale_id}/new/"


def test_one_is_asked_for_and_waits_for_its_worker(operator: Client) -> None:
    sale = factory.draft_sale()
    assert operator.get(address(sale.pk)).status_code == 200
    sent = operator.post(address(sale.pk), {"people": "50", "like": ""}, follow=True)
    asked = Rehearsal.objects.get(sale=sale)
    assert (asked.people, asked.state, sum(asked.curve)) == (50, "waiting", 50)
    assert sent.redirect_chain[-1][0] == f"/operator/flashsale/rehearsal/{asked.pk}/change/"
    assert b"It waits for its worker." in sent.content
    assert b'http-equiv="refresh"' in sent.content
    again = operator.post(address(sale.pk), {"people": "50", "like": ""})
    assert again.status_code == 409
    assert b"Another rehearsal is under way" in again.content


@pytest.mark.parametrize("people", ["", "0", "-1", "1.5", "1e3", "99999999", "５０", "9" * 40])
def test_a_number_that_is_none_is_named_and_nothing_begins(people: str, operator: Client) -> None:
    sale = factory.draft_sale()
    answer = operator.post(address(sale.pk), {"people": people, "like": ""})
    assert answer.status_code == 422
    assert not Rehearsal.objects.exists()


def test_a_verdict_is_read(operator: Client) -> None:
    sale = factory.draft_sale()
    said = {"go": False, "over": 1, "wrong": ["a unit with two live claims: 7"]}
    done = Rehearsal.objects.create(
        sale=sale, config_hash=config.hash_of(sale), curve=[1], people=10, state="done",
        verdict=said, requested_at=clock.now(), finished_at=clock.now(),
    )  # fmt: skip
    page = operator.get(f"/operator/flashsale/rehearsal/{done.pk}/change/").content
    assert b"No-go" in page
    assert b"a unit with two live claims: 7" in page
    assert b'http-equiv="refresh"' not in page
    assert b"Grey lamp" in operator.get("/operator/flashsale/rehearsal/").content
    newest = operator.get(f"/operator/flashsale/rehearsal/of/{sale.pk}/")
    assert newest.headers["Location"].endswith(f"/{done.pk}/change/")


def asked(sale: Sale, operator: Client) -> Rehearsal:
    operator.post(address(sale.pk), {"people": "50", "like": ""})
    return Rehearsal.objects.latest("pk")


def page_of(rehearsal: Rehearsal) -> str:
    return f"/operator/flashsale/rehearsal/{rehearsal.pk}/"


def test_one_that_nobody_comes_for_says_so_and_is_started_again(operator: Client) -> None:
    first = asked(factory.draft_sale(), operator)
    early = operator.post(f"{page_of(first)}again/", follow=True).content.decode()
    assert "It is under way" in early
    Rehearsal.objects.update(requested_at=clock.now() - runs.TAKEN_WITHIN)
    said = operator.get(f"{page_of(first)}change/").content.decode()
    assert "No worker has come for it." in said
    assert "lost" in operator.get("/operator/flashsale/rehearsal/").content.decode()
    operator.post(f"{page_of(first)}again/")
    first.refresh_from_db()
    second = Rehearsal.objects.latest("pk")
    assert (first.state, second.state) == ("failed", "waiting")
    assert (second.people, second.curve) == (50, first.curve)
    runs.run(rehearsal_id=first.pk)  # the task was only late: nobody plays it any more
    first.refresh_from_db()
    assert first.state == "failed"


def test_one_whose_worker_has_died_says_so_within_minutes(operator: Client) -> None:
    now = clock.now()
    dead = asked(factory.draft_sale(), operator)
    Rehearsal.objects.update(
        state="running", requested_at=now - timedelta(minutes=9), started_at=now, heard_at=now,
        verdict={"step": "playing", "left": 3},
    )  # fmt: skip
    assert "The sale is played." in operator.get(f"{page_of(dead)}change/").content.decode()
    Rehearsal.objects.update(heard_at=now - runs.SILENT_AT_MOST)
    assert "has not been heard of" in operator.get(f"{page_of(dead)}change/").content.decode()
    assert asked(factory.draft_sale(), operator).state == "waiting", "it keeps nobody waiting"
    dead.refresh_from_db()
    assert dead.state == "failed"
    assert not runs._tell(dead, "playing", 2), "should it live, it hears that it was given up"


@pytest.mark.parametrize("path", ["of/{}/new/", "of/{}/", "", "{}/again/"])
def test_nobody_else_gets_in(
    path: str, alice: User, client: Client, client_of: Callable[[User], Client]
) -> None:
    sale = factory.draft_sale()
    url = f"/operator/flashsale/rehearsal/{path.format(sale.pk)}"
    for visitor in (client, client_of(alice)):
        for answer in (visitor.get(url), visitor.post(url, {"people": "50"})):
            assert answer.status_code in (302, 403, 404)
    assert not Rehearsal.objects.exists()


def test_a_rehearsal_of_a_rehearsal_or_of_nothing_is_not_found(operator: Client) -> None:
    sale = factory.draft_sale()
    played = factory.draft_sale(rehearses=sale)
    for sale_id in (played.pk, 10**9):
        assert operator.get(address(sale_id)).status_code == 404
    assert operator.delete(address(sale.pk)).status_code == 405
