"""The operator's pages of a rehearsal: asking, watching, reading; nobody else sees them."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from flashsale.models import Rehearsal
from flashsale.rehearsal import config
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


@pytest.mark.parametrize("path", ["of/{}/new/", "of/{}/", ""])
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
