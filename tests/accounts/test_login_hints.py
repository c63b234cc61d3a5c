"""Demo logins stand on the login page of a development machine, and nowhere else."""

import pytest
from django.test import Client

from accounts import development

HINT = development.LoginHint(email="demo@plaza.example", password="demo-demo-demo", role="Buyer")


@pytest.fixture(autouse=True)
def hinted(monkeypatch) -> None:
    monkeypatch.setattr(development, "_providers", [])
    development.register_login_hints(lambda: [HINT])


def test_they_are_shown_in_development(db: None, client: Client, settings) -> None:
    settings.DEVELOPMENT = True

    assert b"demo@plaza.example" in client.get("/accounts/login/").content


def test_they_are_not_shown_elsewhere(db: None, client: Client, settings) -> None:
    settings.DEVELOPMENT = False

    assert b"demo@plaza.example" not in client.get("/accounts/login/").content
