"""Shortly before the start: whoever asked and whoever reserved, each once, nobody else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Notification, User
from accounts.services import people
from flashsale.models import Reminder, Reservation, Sale
from flashsale.services import reservations, sales
from flashsale.services.line_up import reminders
from flashsale.services.line_up.reminders import TooLate
from flashsale.tasks import send_reminders
from socialcommerce.lib import clock
from socialcommerce.lib.problems import NotFound
from tests.factories import flashsale as make
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def sale() -> Sale:
    """Starts in two hours."""
    return make.approved_sale(closes_in=7_000, starts_in=7_200)


def near(sale: Sale) -> None:
    """The start is ten minutes away."""
    now = clock.now()
    Sale.objects.filter(pk=sale.pk).update(
        reserve_opens_at=now - timedelta(hours=1),
        reserve_closes_at=now + timedelta(minutes=5),
        starts_at=now + timedelta(minutes=10),
    )


def told() -> list[int]:
    rows = Notification.objects.filter(kind="flashsale.starts_soon")
    return list(rows.order_by("recipient").values_list("recipient", flat=True))


def ask(sale: Sale, person: User) -> None:
    reminders.ask(sale_id=sale.pk, person=person.profile, now=clock.now())


def test_who_asked_and_who_reserved_is_told_once(sale: Sale, alice: User, bob: User) -> None:
    crowd = make.crowd(sale, 2)
    ask(sale, alice)
    assert not reminders.send(now=clock.now())
    assert told() == []  # too early
    near(sale)
    reminders.send(now=clock.now())
    reminders.send(now=clock.now())
    expected = sorted([alice.profile.pk, *(person.profile_id for person in crowd)])
    assert told() == expected
    assert bob.profile.pk not in told()


def test_who_asked_and_reserved_is_told_once_too(sale: Sale) -> None:
    (person,) = make.crowd(sale, 1)
    Reminder.objects.create(sale=sale, person_id=person.profile_id)
    near(sale)
    send_reminders()
    assert told() == [person.profile_id]


def test_who_withdrew_is_not_told_even_if_they_had_asked(sale: Sale, alice: User) -> None:
    crowd = make.crowd(sale, 2)
    gone = Reservation.objects.get(person=crowd[0].profile_id).person
    reminders.ask(sale_id=sale.pk, person=gone, now=clock.now())
    reservations.withdraw(sale_id=sale.pk, person=gone, now=clock.now())
    near(sale)
    reminders.send(now=clock.now())
    assert told() == [crowd[1].profile_id]


def test_a_closed_account_is_not_told(sale: Sale, alice: User) -> None:
    ask(sale, alice)
    people.deactivate(user=alice)
    near(sale)
    reminders.send(now=clock.now())
    assert told() == []


@pytest.mark.parametrize("state", ["paused", "cancelled"])
def test_a_sale_that_does_not_start_reminds_nobody(sale: Sale, alice: User, state: str) -> None:
    ask(sale, alice)
    near(sale)
    if state == "paused":
        sales.pause(sale_id=sale.pk, reason="x", now=clock.now())
    else:
        sales.cancel(sale_id=sale.pk, now=clock.now())
    reminders.send(now=clock.now())
    assert told() == []


def test_after_the_start_it_is_too_late(sale: Sale, alice: User) -> None:
    ask(sale, alice)
    make.begin(sale)
    reminders.send(now=clock.now())
    assert told() == []


def test_a_large_crowd_is_told_in_bounded_batches(
    sale: Sale, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "BATCH", 4)
    make.crowd(sale, 10)
    near(sale)
    rounds = 0
    while reminders.send(now=clock.now()):
        rounds += 1
        assert len(told()) == 4 * rounds
    assert (rounds, len(told())) == (2, 10)
    assert len(set(told())) == 10


def test_a_batch_takes_a_fixed_number_of_queries(
    sale: Sale, django_assert_max_num_queries: Callable[..., object]
) -> None:
    make.crowd(sale, 100)
    near(sale)
    with django_assert_max_num_queries(8):
        reminders.send(now=clock.now())
    assert len(told()) == 100


def test_a_sale_that_fails_keeps_no_other_waiting(
    sale: Sale, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    broken = make.approved_sale(closes_in=7_000, starts_in=7_200)
    for one in (broken, sale):
        ask(one, alice)
        near(one)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE flashsale_reminder ADD CONSTRAINT trouble"
            f" CHECK (sale_id <> {broken.pk} OR sent_at IS NULL)"
        )
    reminders.send(now=clock.now())
    assert told() == [alice.profile.pk]
    assert f"Sale {broken.pk}" in caplog.text


def test_asking_is_for_what_is_still_to_come(sale: Sale, alice: User) -> None:
    draft = make.draft_sale()
    with pytest.raises(NotFound):
        ask(draft, alice)
    make.begin(sale)
    with pytest.raises(TooLate):
        ask(sale, alice)


def test_the_button_asks_and_forgets_with_and_without_javascript(
    sale: Sale, alice: User, client_of: ClientOf
) -> None:
    make.open_gate(sale)
    client, page = client_of(alice), sale.get_absolute_url()
    assert "Remind me 15 minutes before" in client.get(page).content.decode()
    for _press in range(2):
        answer = client.post(f"{page}reminder/")
        assert (answer.status_code, answer["Location"]) == (303, page)
    assert Reminder.objects.get().person == alice.profile
    assert "We remind you 15 minutes before" in client.get(page).content.decode()
    fragment = client.post(f"{page}reminder/forget/", headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    assert "Remind me 15 minutes before" in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    assert not Reminder.objects.exists()


def test_a_stranger_is_asked_to_log_in_and_a_get_changes_nothing(
    sale: Sale, alice: User, client_of: ClientOf, client: Client
) -> None:
    page = sale.get_absolute_url()
    assert "Log in to be reminded" in client.get(page).content.decode()
    assert client.post(f"{page}reminder/").status_code == 303
    assert client_of(alice).get(f"{page}reminder/").status_code == 405
    assert client_of(alice).post("/sales/987654/reminder/").status_code == 404
    assert not Reminder.objects.exists()


def test_who_has_reserved_needs_no_button(sale: Sale, alice: User, client_of: ClientOf) -> None:
    make.reserve_rows(sale, [make_address(alice.profile)])
    page = client_of(alice).get(sale.get_absolute_url()).content.decode()
    assert "We remind you 15 minutes before the start." in page
    assert "Remind me" not in page


def test_the_line_in_the_list_of_news_leads_to_the_sale(
    sale: Sale, alice: User, client_of: ClientOf
) -> None:
    ask(sale, alice)
    near(sale)
    reminders.send(now=clock.now())
    page = client_of(alice).get("/notifications/").content.decode()
    assert "starts at" in page
    assert sale.get_absolute_url() in page
