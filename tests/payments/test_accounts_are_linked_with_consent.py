"""An account at another site is linked by whoever agreed, proved it, and may take it back."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts import openid
from accounts.models import LinkAttempt, User
from accounts.services import links
from payments import consents
from payments.models import LinkedAccount
from socialcommerce.lib import clock
from tests.openid.fixture import agree_there, consent, link
from tests.openid.provider import Provider
from tests.payments.sandbox_fixture import goes_on_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shopmall")]
ClientOf = Callable[[User], Client]
LINK = "/wallet/accounts/shopmall/"


@pytest.fixture
def alices(alice: User, client_of: ClientOf) -> Client:
    return client_of(alice)


def way_back(browser: Client, **answers: str) -> str:
    """Where the browser goes after the provider's page."""
    return agree_there(goes_on_to(browser, consent(browser)), **answers)


def page(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_whoever_agrees_here_and_there_has_linked(alices: Client, alice: User) -> None:
    assert "not linked" in page(alices.get("/wallet/"))
    answer = link(alices, next_url="/market/")
    assert (answer.status_code, answer["Location"]) == (303, "/market/")
    linked = LinkedAccount.objects.get()
    assert (linked.profile, linked.provider, linked.subject) == (
        alice.profile,
        "shopmall",
        "u-1001",
    )
    wallet = page(alices.get("/wallet/"))
    assert "Anna at Shopmall" in wallet
    assert "not linked" not in wallet


def test_what_was_agreed_is_kept_in_the_words_that_were_shown(
    alices: Client, settings: Settings
) -> None:
    shown = page(alices.get(LINK))
    link(alices)
    linked = LinkedAccount.objects.get()
    assert linked.consent_version == consents.LINKING
    assert linked.consent_text in shown
    assert linked.consented_at is not None
    settings.SITE_NAME = "Another name"
    wallet = page(alices.get("/wallet/"))
    assert linked.consent_text in wallet
    assert linked.consent_version in wallet


def test_a_text_has_one_version(settings: Settings) -> None:
    """Whoever changes a text gives it a new version, and puts both here."""
    settings.SITE_NAME = "Plaza"
    provider = openid.Provider("s", "Shopmall", "https://s.example", "a", "b")
    texts = [consents.linking(provider), consents.binding_a_card()]
    found = [(one.version, hashlib.sha256(one.text.encode()).hexdigest()[:12]) for one in texts]
    assert found == [("2026-11-21", "de462e328368"), ("2026-11-21", "582946c18540")]


def test_without_the_text_of_today_nothing_begins(alices: Client, shopmall: Provider) -> None:
    for version in ({}, {"consent_version": "2020-01-01"}):
        assert alices.post(LINK, version).status_code == 409
    assert shopmall.asked == []
    assert not LinkAttempt.objects.exists()


@pytest.mark.parametrize("path", [LINK, f"{LINK}return", "/wallet/accounts/linked/1/unlink/"])
def test_nobody_links_without_logging_in(path: str, client: Client) -> None:
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code in {303, 405}
        assert answer.status_code == 405 or "login" in answer["Location"]


def test_the_way_on_stays_on_this_site(alices: Client) -> None:
    assert link(alices, next_url="//elsewhere.example/")["Location"] == "/wallet/"


def test_the_way_back_is_taken_once(alices: Client, shopmall: Provider) -> None:
    back = way_back(alices)
    shopmall.takes_codes_again = True
    assert alices.get(back).status_code == 303
    LinkedAccount.objects.all().delete()
    again = alices.get(back)
    assert again.status_code == 409
    assert "taken before" in page(again)
    assert not LinkedAccount.objects.exists()


def test_the_way_back_ends_after_a_while(alices: Client) -> None:
    back = way_back(alices)
    with time_machine.travel(clock.now() + links.LIFETIME + timedelta(seconds=1)):
        assert alices.get(back).status_code == 409
        link(alices)
    assert LinkAttempt.objects.count() == 1  # the one that led nowhere is forgotten


def test_somebody_elses_way_back_links_nothing(
    alices: Client, mallory: User, client_of: ClientOf
) -> None:
    back = way_back(alices)
    assert client_of(mallory).get(back).status_code == 409
    assert not LinkedAccount.objects.exists()
    assert alices.get(back).status_code == 303  # and it is still hers


@pytest.mark.parametrize(
    "query", ["", "?state=", "?state=made-up&code=x", "?code=x", "?state=\x00", "?state=%ff"]
)
def test_a_way_back_that_was_never_begun_links_nothing(alices: Client, query: str) -> None:
    assert alices.get(f"{LINK}return{query}").status_code in {400, 409}


def test_a_token_of_another_journey_is_refused(alices: Client, shopmall: Provider) -> None:
    back = way_back(alices)
    shopmall.claims = {"nonce": "of-another-journey"}
    answer = alices.get(back)
    assert answer.status_code == 409
    assert "did not confirm who you are" in page(answer)
    assert not LinkedAccount.objects.exists()


def test_an_answer_in_the_name_of_another_site_is_refused(alices: Client) -> None:
    back = way_back(alices)
    forged = back.split("&iss=")[0] + "&iss=https%3A%2F%2Felsewhere.example&code=x"
    assert alices.get(forged).status_code == 409
    assert not LinkedAccount.objects.exists()


def test_saying_no_over_there_is_taken_for_a_no(alices: Client) -> None:
    answer = link(alices, answer="refuse", next_url="/market/")
    assert answer.status_code == 409
    assert "You did not agree at Shopmall" in page(answer)
    assert 'href="/market/"' in page(answer)
    assert not LinkedAccount.objects.exists()


@pytest.mark.parametrize("place", ["openid-configuration", "token", "jwks", "userinfo"])
def test_a_site_that_is_away_is_said_plainly(
    alices: Client, shopmall: Provider, place: str
) -> None:
    back = way_back(alices)
    shopmall.breaks.add(place)
    answer = alices.get(back)
    assert answer.status_code == 503
    assert "Shopmall cannot be asked now. Nothing was changed" in page(answer)
    assert not LinkedAccount.objects.exists()


def test_a_site_that_is_away_when_it_begins(alices: Client, shopmall: Provider) -> None:
    shopmall.breaks.add("openid-configuration")
    assert consent(alices).status_code == 503
    assert alices.get("/wallet/").status_code == 200


def test_an_account_is_linked_to_one_person(alices: Client, bob: User, client_of: ClientOf) -> None:
    link(alices)
    bobs = client_of(bob)
    answer = link(bobs)
    assert answer.status_code == 409
    assert "linked to somebody else" in page(answer)
    unlink(alices)
    assert link(bobs).status_code == 303
    assert LinkedAccount.objects.of(bob.profile.pk).count() == 1


def test_a_person_links_one_account_of_a_site(alices: Client) -> None:
    link(alices)
    answer = link(alices, who="u-1002")
    assert answer.status_code == 409
    assert "another account of that site" in page(answer)
    assert link(alices).status_code == 303  # the same again is the same
    assert LinkedAccount.objects.get().subject == "u-1001"


def test_unlinking_asks_and_forgets_which_account_it_was(alices: Client) -> None:
    link(alices)
    linked = LinkedAccount.objects.get()
    url = reverse("payments:unlink", args=[linked.pk])
    assert "Unlink your Shopmall account" in page(alices.get(url))
    assert LinkedAccount.objects.get().unlinked_at is None
    assert alices.post(url).status_code == 303
    linked.refresh_from_db()
    assert linked.unlinked_at is not None
    assert (linked.subject, linked.name) == ("", "")
    assert linked.consent_text  # what was agreed while it was linked stays on record
    assert alices.post(url).status_code == 404
    assert link(alices).status_code == 303


def test_somebody_elses_account_is_not_there(
    alices: Client, mallory: User, client_of: ClientOf
) -> None:
    link(alices)
    url = reverse("payments:unlink", args=[LinkedAccount.objects.get().pk])
    intruder = client_of(mallory)
    assert intruder.get(url).status_code == 404
    assert intruder.post(url).status_code == 404
    assert intruder.delete(api_of(LinkedAccount.objects.get())).status_code == 404
    assert LinkedAccount.objects.get().unlinked_at is None


def test_a_site_that_is_not_configured_is_not_there(alices: Client, settings: Settings) -> None:
    assert alices.get("/wallet/accounts/elsewhere/").status_code == 404
    link(alices)
    settings.OPENID_PROVIDERS = []
    assert alices.get(LINK).status_code == 404
    wallet = page(alices.get("/wallet/"))
    assert "Linked accounts" in wallet  # what was linked can still be taken back
    unlink(alices)
    assert "Linked accounts" not in page(alices.get("/wallet/"))


def test_nothing_secret_is_kept(alices: Client) -> None:
    there = goes_on_to(alices, consent(alices))
    state = parse_qs(urlsplit(there).query)["state"][0]
    attempt = LinkAttempt.objects.get()
    assert state not in str(attempt.__dict__)
    assert alices.get(agree_there(there)).status_code == 303


def test_programs_see_and_unlink_but_do_not_agree(alices: Client) -> None:
    (site,) = alices.get("/api/v1/linked-accounts").json()
    assert (site["key"], site["linked"]) == ("shopmall", None)
    assert site["link_url"].endswith(LINK)
    link(alices)
    (site,) = alices.get("/api/v1/linked-accounts").json()
    assert site["linked"]["name"] == "Anna at Shopmall"
    assert site["linked"]["consent"]["version"] == consents.LINKING
    address = api_of(LinkedAccount.objects.get())
    assert alices.delete(address).status_code == 204
    assert alices.delete(address).status_code == 404
    assert alices.post("/api/v1/linked-accounts").status_code == 405


def test_the_database_wants_a_consent_and_one_person(alices: Client, bob: User) -> None:
    link(alices)
    linked = LinkedAccount.objects.get()
    for changes in (
        {"provider": "other", "consent_text": ""},
        {"provider": "other", "consented_at": None},
        {"profile": bob.profile},
        {"subject": "u-1002"},
        {"provider": "other", "subject": ""},
        {"provider": "other", "unlinked_at": clock.now()},
    ):
        fields = {
            name: getattr(linked, name)
            for name in ("profile", "provider", "subject", "consent_version", "consent_text")
        }
        fields |= {"consented_at": linked.consented_at, "linked_at": linked.linked_at}
        with pytest.raises(IntegrityError), transaction.atomic():
            LinkedAccount.objects.create(**{**fields, **changes})


def unlink(browser: Client) -> None:
    linked = LinkedAccount.objects.filter(unlinked_at=None).get()
    answer = browser.post(reverse("payments:unlink", args=[linked.pk]))
    assert answer.status_code == 303


def api_of(linked: LinkedAccount) -> str:
    return f"/api/v1/linked-accounts/{linked.pk}"
