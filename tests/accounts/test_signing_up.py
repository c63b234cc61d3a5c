"""From the empty form to being in, and what a stranger can learn on the way."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Profile, User

PASSWORD = "a-quiet-harbour-9"
FORM = {"name": "Carol", "handle": "@Carol", "email": "Carol@Example.com", "password1": PASSWORD}


def link_in(message: mail.EmailMessage) -> str:
    found = re.search(r"http://[^/\s]+(/\S+)", str(message.body))
    assert found
    return found.group(1)


def test_a_person_signs_up_confirms_and_is_in(db: None, client: Client) -> None:
    response = client.post("/accounts/signup/?next=/wallet/", FORM | {"next": "/me/"})

    assert response["Location"] == "/accounts/confirm-email/"
    assert client.get("/me/").status_code == 303
    link = link_in(mail.outbox[0])
    assert b"carol@example.com" in client.get(link).content
    confirmed = client.post(link)
    assert confirmed["Location"] == "/me/"
    assert b"@Carol" in client.get("/me/").content


def test_the_person_has_a_profile_and_a_clean_email(db: None, client: Client) -> None:
    client.post("/accounts/signup/", FORM)

    user = User.objects.get()
    assert user.email == "carol@example.com"
    assert (user.profile.handle, user.profile.name) == ("Carol", "Carol")
    assert user.check_password(PASSWORD)


def test_opening_the_link_alone_confirms_nothing(db: None, client: Client) -> None:
    """Mail scanners open every link."""
    client.post("/accounts/signup/", FORM)
    scanner = Client()
    scanner.get(link_in(mail.outbox[0]))

    response = scanner.post("/accounts/login/", {"login": FORM["email"], "password": PASSWORD})

    assert response["Location"] == "/accounts/confirm-email/"


def test_a_used_link_says_so(db: None, client: Client) -> None:
    client.post("/accounts/signup/", FORM)
    link = link_in(mail.outbox[0])
    client.post(link)

    again = Client().get(link)

    assert again.status_code == 200
    assert b"used before" in again.content


def test_a_known_email_gets_the_same_answer_and_another_mail(alice: User) -> None:
    stranger, newcomer = Client(), Client()

    known = stranger.post("/accounts/signup/", FORM | {"email": "ALICE@example.com"})
    fresh = newcomer.post("/accounts/signup/", FORM | {"handle": "carola"})

    assert (known.status_code, known["Location"]) == (fresh.status_code, fresh["Location"])
    assert "already" in mail.outbox[0].subject
    assert not Profile.objects.by_handle("carol").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 51),
        ("handle", ""),
        ("handle", "ab"),
        ("handle", "12345"),
        ("handle", "admin"),
        ("handle", "ALICE"),
        ("email", "nonsense"),
        ("email", ""),
        ("email", "a" * 250 + "@example.com"),
        ("password1", "short"),
        ("password1", "password1234"),
        ("password1", ""),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_made(
    alice: User, client: Client, field: str, value: str
) -> None:
    response = client.post("/accounts/signup/", FORM | {field: value})

    assert response.status_code == 200
    assert response.context["form"].errors[field]
    assert User.objects.count() == 1
    assert not mail.outbox


def test_somebody_who_is_in_does_not_sign_up_again(client_of, alice: User) -> None:
    assert client_of(alice).get("/accounts/signup/").status_code == 302
