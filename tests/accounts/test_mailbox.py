"""The mailbox of a development machine."""

import pytest
from django.core.mail import EmailMessage, get_connection
from django.test import Client


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> None:
    settings.MAILBOX_DIR = tmp_path / "mail"


def send(text: str = "Open http://testserver/accounts/confirm-email/k/ now") -> None:
    backend = get_connection("accounts.mailbox.MailboxBackend")
    message = EmailMessage("Grüße, 世界", text, "hello@plaza.example", ["alice@example.com"])
    assert backend.send_messages([message]) == 1


def test_a_mail_is_listed_and_its_link_can_be_clicked(client: Client) -> None:
    send()
    mail = client.get("/dev/mail/").context["mails"][0]

    page = client.get(f"/dev/mail/{mail.key}/")

    assert (mail.subject, mail.to) == ("Grüße, 世界", "alice@example.com")
    assert b'href="http://testserver/accounts/confirm-email/k/"' in page.content


def test_the_newest_stands_first(client: Client) -> None:
    for text in ("first", "second"):
        send(text)

    texts = [mail.text.strip() for mail in client.get("/dev/mail/").context["mails"]]

    assert texts == ["second", "first"]


def test_markup_in_a_mail_is_only_text(client: Client) -> None:
    send("<script>alert(1)</script>")
    key = client.get("/dev/mail/").context["mails"][0].key

    assert b"<script>alert" not in client.get(f"/dev/mail/{key}/").content


@pytest.mark.parametrize("key", ["nothing", "20260101000000000000-00000000", "..%2F..%2Fsecret"])
def test_an_unknown_mail_is_not_found(client: Client, key: str) -> None:
    assert client.get(f"/dev/mail/{key}/").status_code == 404


def test_nobody_reads_mail_in_production(client: Client, settings) -> None:
    send()
    key = client.get("/dev/mail/").context["mails"][0].key
    settings.PRODUCTION = True

    assert client.get("/dev/mail/").status_code == 404
    assert client.get(f"/dev/mail/{key}/").status_code == 404
