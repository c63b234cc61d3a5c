"""Every page of accounts opens for whom it is meant."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User

ClientOf = Callable[[User], Client]

FOR_EVERYBODY = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/inactive/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/nonsense/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-nonsense/",
    "/accounts/password/reset/key/done/",
    "/dev/mail/",
    "/profiles/alice/followers/",
    "/profiles/ALICE/following/",
]
FOR_PEOPLE = [
    "/accounts/logout/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/me/",
    "/me/edit/",
    "/me/addresses/",
    "/me/addresses/new/",
    "/me/blocked/",
    "/notifications/",
]


@pytest.mark.parametrize("url", FOR_EVERYBODY)
def test_a_page_for_everybody_opens_without_a_login(alice: User, client: Client, url: str) -> None:
    response = client.get(url)

    assert response.status_code == 200
    assert b"<main" in response.content


@pytest.mark.parametrize("url", FOR_PEOPLE)
def test_a_page_for_people_opens_for_one(alice: User, client_of: ClientOf, url: str) -> None:
    response = client_of(alice).get(url)

    assert response.status_code == 200
    assert b"<main" in response.content


@pytest.mark.parametrize("url", [url for url in FOR_PEOPLE if not url.startswith("/accounts/")])
def test_a_page_for_people_sends_others_to_the_login_and_back(
    db: None, client: Client, url: str
) -> None:
    response = client.get(url)

    assert response.status_code == 303
    assert response["Location"] == f"/accounts/login/?next={url}"


@pytest.mark.parametrize("url", ["/me/", "/notifications/", "/me/blocked/", "/dev/mail/"])
def test_a_page_that_only_shows_takes_no_post(alice: User, client_of: ClientOf, url: str) -> None:
    response = client_of(alice).post(url)

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"


def test_the_set_password_page_sends_who_has_one_to_the_change_page(
    alice: User, client_of: ClientOf
) -> None:
    response = client_of(alice).get("/accounts/password/set/")

    assert response["Location"] == "/accounts/password/change/"
