"""What is asked of a provider goes to safe addresses alone, and its answers have a limit."""

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from accounts import openid
from accounts.openid import Journey, Provider, calls
from accounts.openid.checks import providers_are_sound
from accounts.openid.errors import Rejected, Unavailable
from accounts.openid.providers import configured
from socialcommerce.lib import clock, env
from tests.openid.provider import Provider as Shopmall
from tests.payments.sandbox_fixture import visit

JOURNEY = Journey("state", "nonce", "verifier" * 8, "http://127.0.0.1:8000/back")


@pytest.fixture
def known(shopmall: Shopmall) -> Provider:
    return configured()[0]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shopmall.example",
        "http://shopmall.example/token",
        "ftp://127.0.0.1/",
        "https://",
        "https://user:word@shopmall.example/",
        "https://shopmall.example:0/",
        "https://shopmall.example:99999/",
        "https://[::1/",
        "file:///etc/passwd",
        None,
    ],
)
def test_an_address_that_is_not_safe_is_not_asked(url: object) -> None:
    with pytest.raises(Rejected):
        calls.checked(url)


def test_this_machine_is_asked_without_https_outside_production(settings: Settings) -> None:
    assert calls.checked("http://127.0.0.1:9000/token").port == 9_000
    settings.PRODUCTION = True
    with pytest.raises(Rejected):
        calls.checked("http://127.0.0.1:9000/token")


def test_an_address_in_the_discovery_is_checked_too(known: Provider, shopmall: Shopmall) -> None:
    shopmall.discovery = {"authorization_endpoint": "http://elsewhere.example/authorize"}
    with pytest.raises(Rejected):
        openid.authorization_url(known, JOURNEY)


def test_a_provider_does_not_speak_for_another(known: Provider, shopmall: Shopmall) -> None:
    shopmall.discovery = {"issuer": "https://id.elsewhere.example"}
    with pytest.raises(Rejected):
        openid.authorization_url(known, JOURNEY)


def test_a_redirect_is_no_answer(shopmall: Shopmall) -> None:
    with pytest.raises(Rejected):
        calls.post(
            f"{shopmall.url}/authorize?redirect_uri=x&state=y", {"who": "u-1001", "answer": "agree"}
        )


def test_a_page_is_no_answer(shopmall: Shopmall) -> None:
    with pytest.raises(Rejected):
        calls.get(f"{shopmall.url}/authorize?x=1")


def test_an_answer_without_end_is_none(shopmall: Shopmall) -> None:
    shopmall.discovery = {"padding": "x" * calls.ANSWER_BYTES_MAX}
    with pytest.raises(Rejected):
        calls.get(shopmall.url)


def test_nobody_at_home_is_unavailable(shopmall: Shopmall) -> None:
    shopmall.breaks.add("jwks")
    with pytest.raises(Unavailable):
        calls.get(f"{shopmall.url}/jwks")
    with pytest.raises(Unavailable):
        calls.get("http://127.0.0.1:1/")


def test_what_userinfo_says_of_somebody_else_is_not_used(
    known: Provider, shopmall: Shopmall
) -> None:
    code = agreed(known)
    shopmall.told = {"sub": "u-1002"}
    with pytest.raises(Rejected):
        openid.identity_of(known, JOURNEY, code=code, now=clock.now())


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"preferred_username": "anna_k"}, "anna_k"),
        ({"name": "Anna \u202e\x00\ud800K."}, "Anna K."),
        ({"name": " "}, ""),
        ({"name": 7}, ""),
        ({"name": "\u200b"}, ""),
        ({"name": "A" * 500}, "A" * 80),
    ],
    ids=str,
)
def test_a_name_is_fit_to_be_shown(
    known: Provider, shopmall: Shopmall, told: dict[str, object], name: str
) -> None:
    shopmall.told = told
    who = openid.identity_of(known, JOURNEY, code=agreed(known), now=clock.now())
    assert (who.subject, who.name) == ("u-1001", name)


@pytest.mark.parametrize("token", ["two\nlines", "\u20ac", 7, None])
def test_an_access_token_that_cannot_be_sent_is_no_server_error(
    known: Provider, shopmall: Shopmall, token: object
) -> None:
    code = agreed(known)
    shopmall.granted = {"access_token": token}
    if isinstance(token, str):
        with pytest.raises(Rejected):
            openid.identity_of(known, JOURNEY, code=code, now=clock.now())
    else:  # none at all: then the token alone tells
        who = openid.identity_of(known, JOURNEY, code=code, now=clock.now())
        assert (who.subject, who.name) == ("u-1001", "")


@pytest.mark.parametrize("token", [None, 7, "", "a.b.c"])
def test_without_an_id_token_nobody_is_known(
    known: Provider, shopmall: Shopmall, token: object
) -> None:
    code = agreed(known)
    shopmall.granted = {"id_token": token}
    with pytest.raises(Rejected):
        openid.identity_of(known, JOURNEY, code=code, now=clock.now())


def test_an_address_that_cannot_be_sent_is_no_server_error(
    known: Provider, shopmall: Shopmall
) -> None:
    code = agreed(known)
    for endpoint in (f"{shopmall.url}/t\u00f6ken", "https://" + "x" * 64 + ".example/", None, 7):
        shopmall.discovery = {"token_endpoint": endpoint}
        with pytest.raises((Rejected, Unavailable)):
            openid.identity_of(known, JOURNEY, code=code, now=clock.now())


def test_a_client_may_show_itself_in_the_form_where_a_provider_wants_that(
    known: Provider, shopmall: Shopmall
) -> None:
    shopmall.discovery = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    who = openid.identity_of(known, JOURNEY, code=agreed(known), now=clock.now())
    assert who.subject == "u-1001"


def test_without_the_verifier_a_code_is_worth_nothing(known: Provider) -> None:
    code = agreed(known)
    thief = Journey("state", "nonce", "another verifier", JOURNEY.redirect_uri)
    with pytest.raises(Rejected):
        openid.identity_of(known, thief, code=code, now=clock.now())


@pytest.mark.parametrize(
    "changes", [{"key": "Shop Mall"}, {"key": "x" * 31}, {"issuer": "http://shopmall.example"}]
)
def test_the_check_names_what_is_wrong(
    shopmall: Shopmall, settings: Settings, changes: dict[str, str]
) -> None:
    assert providers_are_sound(None) == []
    settings.OPENID_PROVIDERS = [{**shopmall.settings(), **changes}]
    assert [fault.id for fault in run_checks()] == ["accounts.E001"]


def test_a_key_is_there_once(shopmall: Shopmall, settings: Settings) -> None:
    settings.OPENID_PROVIDERS = [shopmall.settings(), shopmall.settings()]
    assert {fault.id for fault in providers_are_sound(None)} == {"accounts.E001"}


@pytest.mark.parametrize("value", ["", "{}", "[7]", '[{"key": "a"}]', '[{"key": "", "x": "y"}]'])
def test_a_setting_that_is_none_names_the_variable(value: str) -> None:
    with pytest.raises(env.BadEnvironment, match="OPENID_PROVIDERS"):
        env.records("OPENID_PROVIDERS", value, fields=("key", "x"))


def agreed(known: Provider) -> str:
    """The code that a person brings back who has agreed."""
    _status, location, _html = visit(
        openid.authorization_url(known, JOURNEY), {"who": "u-1001", "answer": "agree"}
    )
    return location.split("code=")[1]
