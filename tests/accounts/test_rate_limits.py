"""Forms that send mail or try passwords have an end, and a page that says so."""

from django.core import mail
from django.test import Client

from accounts.models import User


def test_asking_for_reset_links_without_end_is_refused(alice: User, client: Client) -> None:
    form = {"email": "alice@example.com"}

    answers = [client.post("/accounts/password/reset/", form) for _ in range(6)]

    assert [one.status_code for one in answers] == [302] * 5 + [429]
    assert len(mail.outbox) == 5
    assert b"<main" in answers[-1].content


def test_signing_up_without_end_is_refused(db: None, client: Client) -> None:
    answers = [client.post("/accounts/signup/", {}).status_code for _ in range(21)]

    assert answers == [200] * 20 + [429]
