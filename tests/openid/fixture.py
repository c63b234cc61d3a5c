"""A provider that the site knows: `shopmall` points the settings at it, fresh for each test."""

from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.openid import keys, provider
from tests.openid.keys import SigningKey
from tests.openid.provider import Provider
from tests.payments.sandbox_fixture import goes_on_to, visit


@pytest.fixture(scope="session")
def signing_keys() -> tuple[SigningKey, SigningKey]:
    """One that the provider signs with, and one that it does not publish."""
    return keys.make("key-1"), keys.make("key-2")


@pytest.fixture
def shopmall(signing_keys: tuple[SigningKey, SigningKey], settings: Settings) -> Iterator[Provider]:
    with provider.running(signing_keys[0]) as running:
        settings.OPENID_PROVIDERS = [running.settings()]
        yield running


def consent(browser: Client, key: str = "shopmall", next_url: str = "/wallet/") -> HttpResponse:
    """The person reads the page of consent and presses its button."""
    url = reverse("payments:link", args=[key])
    page = browser.get(url, {"next": next_url})
    version = page.context["consent"].version
    return browser.post(url, {"consent_version": version, "next": next_url})


def agree_there(page_url: str, *, who: str = "u-1001", answer: str = "agree") -> str:
    """The person answers on the provider's page; where the browser goes next."""
    status, location, html = visit(page_url, {"who": who, "answer": answer})
    assert status == 303, html
    return location


def link(
    browser: Client, *, who: str = "u-1001", answer: str = "agree", next_url: str = "/wallet/"
) -> HttpResponse:
    """The whole way of somebody who is logged in: consent, provider, back."""
    there = goes_on_to(browser, consent(browser, next_url=next_url))
    return browser.get(agree_there(there, who=who, answer=answer))
