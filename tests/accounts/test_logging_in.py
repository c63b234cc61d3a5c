"""Coming in, going out, and who stays outside."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from accounts.services import people
from tests.conftest import PASSWORD

WRONG = "not-the-password-1"


def log_in(client: Client, password: str = PASSWORD, email: str = "alice@example.com"):
    return client.post("/accounts/login/", {"login": email, "password": password})


def test_a_person_logs_in_with_the_email_in_any_case(alice: User, client: Client) -> None:
    response = log_in(client, email="ALICE@Example.com")

    assert response.status_code == 302
    assert client.get("/me/").status_code == 200


def test_the_login_goes_on_where_the_person_wanted(alice: User, client: Client) -> None:
    page = client.get("/accounts/login/?next=/me/addresses/")
    form = {"login": "alice@example.com", "password": PASSWORD, "next": "/me/addresses/"}

    assert b'name="next" value="/me/addresses/"' in page.content
    assert client.post("/accounts/login/", form)["Location"] == "/me/addresses/"


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_login_never_leads_off_the_site(alice: User, client: Client, evil: str) -> None:
    form = {"login": "alice@example.com", "password": PASSWORD, "next": evil}

    assert "evil" not in client.post("/accounts/login/", form)["Location"]


def test_a_wrong_password_and_an_unknown_email_sound_alike(alice: User, client: Client) -> None:
    wrong = log_in(client, WRONG)
    unknown = log_in(client, WRONG, email="nobody@example.com")

    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert wrong.status_code == unknown.status_code == 200


def test_ten_wrong_passwords_lock_the_person_out_for_a_while(alice: User, client: Client) -> None:
    answers = [log_in(client, WRONG).status_code for _ in range(10)]
    locked = log_in(client)

    assert answers == [200] * 9 + [429]
    assert locked.status_code == 429
    assert locked["Retry-After"] == "900"
    assert b"wait 15 minutes" in locked.content
    assert client.get("/me/").status_code == 303


def test_a_missing_account_locks_out_just_the_same(db: None, client: Client) -> None:
    answers = [log_in(client, WRONG, "nobody@example.com").status_code for _ in range(10)]

    assert answers == [200] * 9 + [429]


def test_a_lock_is_for_that_person_alone(alice: User, bob: User, client: Client) -> None:
    for _ in range(10):
        log_in(client, WRONG)

    assert log_in(client, email="bob@example.com").status_code == 302


def test_a_success_forgets_the_failures(alice: User) -> None:
    for _ in range(2):
        for _ in range(9):
            log_in(Client(), WRONG)
        assert log_in(Client()).status_code == 302


def test_somebody_closed_cannot_come_in(alice: User, client: Client) -> None:
    people.deactivate(user=alice)

    assert log_in(client)["Location"] == "/accounts/inactive/"
    assert client.get("/me/").status_code == 303


def test_closing_ends_sessions_that_run(alice: User, client_of) -> None:
    browser = client_of(alice)
    people.deactivate(user=alice)

    assert browser.get("/me/").status_code == 303


def test_logging_out_takes_a_post(alice: User, client_of) -> None:
    browser = client_of(alice)

    assert browser.get("/accounts/logout/").status_code == 200
    assert browser.get("/me/").status_code == 200
    assert browser.post("/accounts/logout/")["Location"] == "/"
    assert browser.get("/me/").status_code == 303


def test_a_forgotten_password_is_chosen_anew(alice: User, client: Client) -> None:
    asked = client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    found = re.search(r"http://[^/\s]+(/\S+)", str(mail.outbox[0].body))
    assert found
    form_page = client.get(found.group(1))
    new = "another-harbour-7"
    saved = client.post(form_page["Location"], {"password1": new, "password2": new})

    assert asked["Location"] == "/accounts/password/reset/done/"
    assert saved["Location"] == "/accounts/password/reset/key/done/"
    assert log_in(Client(), new).status_code == 302
    assert log_in(Client()).status_code == 200
    assert b"used before" in Client().get(found.group(1), follow=True).content


def test_resetting_tells_nobody_who_has_an_account(alice: User, client: Client) -> None:
    known = client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.com"})

    assert known["Location"] == unknown["Location"]
    assert len(mail.outbox) == 2
    assert "no account" in mail.outbox[1].subject


def test_a_new_email_counts_once_it_is_confirmed(alice: User, client_of) -> None:
    browser = client_of(alice)
    browser.post("/accounts/email/", {"email": "new@example.com", "action_add": ""})
    page = browser.get("/accounts/email/")
    alice.refresh_from_db()
    before = alice.email
    found = re.search(r"http://[^/\s]+(/\S+)", str(mail.outbox[0].body))
    assert found
    browser.post(found.group(1))
    alice.refresh_from_db()

    assert b"new@example.com waits" in page.content
    assert (before, alice.email) == ("alice@example.com", "new@example.com")
    assert log_in(Client(), email="new@example.com").status_code == 302


def test_the_password_is_changed_with_the_old_one(alice: User, client_of) -> None:
    browser = client_of(alice)
    new = "another-harbour-7"
    form = {"oldpassword": WRONG, "password1": new, "password2": new}

    refused = browser.post("/accounts/password/change/", form)
    accepted = browser.post("/accounts/password/change/", form | {"oldpassword": PASSWORD})

    assert refused.context["form"].errors["oldpassword"]
    assert accepted.status_code == 302
    assert log_in(Client(), new).status_code == 302
