"""A bound card has a name of its own, a page, a consent, and a word before it expires."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Notification, User
from payments import consents
from payments.models import Instrument
from payments.sandbox.server import Sandbox
from payments.services import card_care
from tests.factories.payments import bind_card
from tests.payments.conftest import BindCard
from tests.payments.sandbox_fixture import goes_on_to, type_card

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def on(day: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(day))


@pytest.fixture
def card(alice: User) -> Instrument:
    """Good until the end of March 2031."""
    card = bind_card(alice.profile)
    card.exp_month, card.exp_year = 3, 2031
    card.save()
    return card


def name(browser: Client, card: Instrument, nickname: str) -> Any:
    return browser.post(f"/wallet/cards/{card.pk}/", {"nickname": nickname})


def test_a_card_is_called_what_its_person_calls_it(
    alice: User, client_of: ClientOf, card: Instrument
) -> None:
    browser = client_of(alice)
    assert name(browser, card, "  My \u202etravel  card ").status_code == 303
    wallet = browser.get("/wallet/").content.decode()
    assert "My travel card" in wallet
    assert "Visa ···· 4242" in wallet
    name(browser, card, "")
    assert "My travel card" not in browser.get("/wallet/").content.decode()


@pytest.mark.parametrize("nickname", ["x" * 41, "\u200b", "..."])
def test_a_name_that_is_none_is_explained(
    alice: User, client_of: ClientOf, card: Instrument, nickname: str
) -> None:
    assert name(client_of(alice), card, nickname).status_code == 422
    card.refresh_from_db()
    assert card.nickname == ""


def test_a_name_cannot_be_a_script(alice: User, client_of: ClientOf, card: Instrument) -> None:
    browser = client_of(alice)
    name(browser, card, "<script>alert(1)</script>")
    for path in ("/wallet/", f"/wallet/cards/{card.pk}/", "/wallet/top-up/"):
        assert "<script>alert" not in browser.get(path).content.decode()


def test_somebody_elses_card_is_not_there(
    mallory: User, client_of: ClientOf, card: Instrument, client: Client
) -> None:
    intruder = client_of(mallory)
    assert intruder.get(f"/wallet/cards/{card.pk}/").status_code == 404
    assert name(intruder, card, "Mine now").status_code == 404
    answer = change(intruder, card, {"nickname": "Mine now"})
    assert answer.status_code == 404
    card.refresh_from_db()
    assert card.nickname == ""
    assert "login" in client.get(f"/wallet/cards/{card.pk}/")["Location"]


def test_what_was_agreed_stands_on_the_cards_page(
    alice: User, client_of: ClientOf, stripe_sandbox: Sandbox
) -> None:
    browser = client_of(alice)
    assert consents.binding_a_card().text in browser.get("/wallet/cards/new/").content.decode()
    leave = browser.post("/wallet/cards/new/")
    browser.get(type_card(goes_on_to(browser, leave), "4242424242424242"))
    card = Instrument.objects.get()
    assert (card.consent_version, card.consent_text) == (
        consents.BINDING,
        consents.binding_a_card().text,
    )
    page = browser.get(f"/wallet/cards/{card.pk}/").content.decode()
    assert card.consent_text in page
    assert f"Text of {consents.BINDING}, agreed" in page


def test_a_card_of_earlier_days_has_no_text(
    alice: User, client_of: ClientOf, card: Instrument
) -> None:
    page = client_of(alice).get(f"/wallet/cards/{card.pk}/").content.decode()
    assert "What you agreed to" not in page


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2031-03-01", 0),  # a month has 31 days: the 31st is still good
        ("2031-03-02", 1),
        ("2031-03-31", 1),
        ("2031-04-01", 0),  # too late: it has expired
    ],
)
def test_its_person_is_told_in_the_month_before_it_ends(
    card: Instrument, day: str, told: int
) -> None:
    assert card_care.warn(now=on(day), limit=100) == told
    assert Notification.objects.filter(kind="payments.card_expires").count() == told
    assert card.expires_soon(on(day)) == bool(told)


def test_the_turn_of_the_year_is_no_end(card: Instrument) -> None:
    Instrument.objects.update(exp_month=1, exp_year=2032)
    assert card_care.warn(now=on("2031-12-15"), limit=100) == 0
    assert card_care.warn(now=on("2032-01-15"), limit=100) == 1


def test_its_person_is_told_once_and_led_to_the_card(
    alice: User, client_of: ClientOf, card: Instrument
) -> None:
    now = on("2031-03-10")
    assert card_care.warn(now=now, limit=100) == 1
    assert card_care.warn(now=now + timedelta(hours=1), limit=100) == 0
    notice = Notification.objects.get()
    assert (notice.recipient, notice.url) == (alice.profile, f"/wallet/cards/{card.pk}/")
    page = client_of(alice).get("/notifications/").content.decode()
    assert "Visa ···· 4242" in page
    assert "expires at the end of 03/2031" in page


def test_a_card_that_is_unbound_is_not_spoken_of(card: Instrument) -> None:
    Instrument.objects.update(is_default=False, unbound_at=on("2031-01-01"))
    assert card_care.warn(now=on("2031-03-10"), limit=100) == 0


def test_no_more_are_told_at_once_than_asked_for(alice: User, card: Instrument) -> None:
    bind_card(alice.profile, is_default=False)
    Instrument.objects.update(exp_month=3, exp_year=2031)
    assert card_care.warn(now=on("2031-03-10"), limit=1) == 1
    assert card_care.warn(now=on("2031-03-10"), limit=1) == 1
    assert card_care.warn(now=on("2031-03-10"), limit=1) == 0


def test_the_same_card_with_a_new_date_is_spoken_of_again(alice: User, bind: BindCard) -> None:
    card = bind(alice)
    Instrument.objects.update(exp_year=2031, warned_at=on("2031-03-10"))
    assert bind(alice).pk == card.pk
    assert Instrument.objects.get().warned_at is None


def change(browser: Client, card: Instrument, body: Any) -> Any:
    address = f"/api/v1/instruments/{card.pk}"
    return browser.patch(address, data=body, content_type="application/json")


def test_programs_name_a_card_and_make_it_the_first(
    alice: User, client_of: ClientOf, card: Instrument
) -> None:
    other = bind_card(alice.profile, is_default=False)
    browser = client_of(alice)
    answer = change(browser, other, {"nickname": "Work", "is_default": True})
    assert answer.status_code == 200
    assert (answer.json()["nickname"], answer.json()["is_default"]) == ("Work", True)
    listed = browser.get("/api/v1/instruments").json()
    assert [one["is_default"] for one in listed] == [True, False]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"nickname": "x" * 41}, 400),
        ({"nickname": {}}, 400),
        ({"nickname": "..."}, 422),
        ({"is_default": "soon"}, 400),
        ({"is_default": False}, 400),
        ([], 400),
    ],
)
def test_a_bad_change_is_a_clear_problem(
    alice: User, client_of: ClientOf, card: Instrument, body: Any, status: int
) -> None:
    assert change(client_of(alice), card, body).status_code == status


def test_a_program_learns_what_its_person_agrees_to(
    alice: User, client_of: ClientOf, stripe_sandbox: Sandbox
) -> None:
    answer = client_of(alice).post("/api/v1/instruments/setup", content_type="application/json")
    assert answer.json()["consent"] == consents.binding_a_card().text
