"""The page of dead letters: why, what it said, try again, give up, and how far workers lag."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from flashsale.models import Act, Claim, DeadLetter, Sale
from socialcommerce.lib import clock
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
URL = "/operator/flashsale/deadletter/"


@pytest.fixture
def operator(client_of: Callable[[User], Client]) -> Client:
    return client_of(UserFactory.create(is_operator=True))


@pytest.fixture
def sale() -> Sale:
    return sales.live_sale(units=3)


def letter_of(sale: Sale, person: sales.Person | None) -> DeadLetter:
    """The claim of that person, buried; without one a text that means nothing."""
    payload = {"e": "nonsense"}
    if person is not None:
        token = sales.token_of(sale, person)
        payload = {
            "person": str(person.profile_id),
            "number": str(person.number),
            "lot": str(token.lot_id),
            "slot": "1",
            "ticket": sales.ticket(sale, person),
            "at": str(int(clock.now().timestamp() * 1_000_000)),
            "epoch": str(sale.epoch),
            "wave": "0",
            "lost": "0",
        }
    return DeadLetter.objects.create(
        sale=sale,
        stream="claims",
        gate_epoch=sale.epoch,
        gate_entry=f"{DeadLetter.objects.count() + 1}-0",
        payload=payload,
        reason="ValueError: odd",
        created_at=clock.now(),
    )


def act(client: Client, action: str, *letters: DeadLetter, **more: str) -> tuple[int, str]:
    ids = [letter.pk for letter in letters]
    body = {"action": action, "_selected_action": ids, **more}
    response = client.post(URL, body, follow=True)
    return response.status_code, response.content.decode()


def test_a_letter_is_tried_again_and_is_a_claim(sale: Sale, operator: Client) -> None:
    (person,) = sales.crowd(sale, 1)
    good, bad = letter_of(sale, person), letter_of(sale, None)
    assert "1 are worked; 1 stay" in act(operator, "rework", good, bad)[1]
    assert Claim.objects.get().person_id == person.profile_id
    assert list(DeadLetter.objects.all()) == [bad]
    bad.refresh_from_db()
    assert bad.reason != "ValueError: odd"


def test_giving_up_asks_why_and_is_logged(sale: Sale, operator: Client) -> None:
    letter = letter_of(sale, None)
    assert "Why are they given up?" in act(operator, "discard", letter)[1]
    assert DeadLetter.objects.count() == 1
    assert act(operator, "discard", letter, reason="")[0] == 422
    assert "1 given up." in act(operator, "discard", letter, reason="Not ours")[1]
    assert DeadLetter.objects.count() == 0
    logged = Act.objects.get(sale=sale, kind="letter_discarded")
    assert (logged.detail["reason"], logged.by is not None) == ("Not ours", True)


def test_the_list_says_why_and_how_far_workers_lag(sale: Sale, operator: Client) -> None:
    letter_of(sale, None)
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    page = operator.get(URL).content.decode()
    assert "ValueError: odd" in page
    assert "e nonsense" in page
    assert "1 claims and 0 reservations wait for a worker" in page


def test_nobody_else_works_a_letter(
    sale: Sale, alice: User, client_of: Callable[[User], Client]
) -> None:
    letter = letter_of(sale, None)
    for client in (client_of(alice), Client()):
        act(client, "discard", letter, reason="mine")
        act(client, "rework", letter)
    assert DeadLetter.objects.get().reason == "ValueError: odd"
