"""An ID token tells who somebody is only if it is signed, fresh, for us and for this journey."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.openid import tokens
from accounts.openid.errors import Rejected
from accounts.openid.providers import Provider
from tests.openid import keys as key_making
from tests.openid.keys import SigningKey

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHOPMALL = Provider("shopmall", "Shopmall", "https://id.shopmall.example", "plaza", "secret")
Keys = tuple[SigningKey, SigningKey]


def claims(**changes: Any) -> dict[str, Any]:
    """Right ones; what is changed to None is left out."""
    right = {
        "iss": SHOPMALL.issuer,
        "aud": "plaza",
        "sub": "u-1",
        "nonce": "once",
        "iat": NOW.timestamp(),
        "exp": (NOW + timedelta(minutes=5)).timestamp(),
    }
    return {name: value for name, value in {**right, **changes}.items() if value is not None}


def read(token: object, *published: SigningKey) -> Any:
    keys = [key.published() for key in published]
    return tokens.read(token, keys=keys, provider=SHOPMALL, nonce="once", now=NOW)


def test_a_right_one_is_believed(signing_keys: Keys) -> None:
    own, other = signing_keys
    assert read(own.token(claims()), own)["sub"] == "u-1"
    assert read(own.token(claims()), other, own)["sub"] == "u-1"
    assert read(own.token(claims(), kid=None), own)["sub"] == "u-1"


@pytest.mark.parametrize("audience", [["plaza"], ["other", "plaza"]])
def test_one_for_several_says_that_we_asked(signing_keys: Keys, audience: list[str]) -> None:
    own = signing_keys[0]
    assert read(own.token(claims(aud=audience, azp="plaza")), own)["sub"] == "u-1"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://id.elsewhere.example"},
        {"iss": SHOPMALL.issuer + "/"},
        {"iss": None},
        {"aud": "somebody-else"},
        {"aud": ["somebody-else"]},
        {"aud": None},
        {"aud": ["plaza", "somebody-else"]},
        {"azp": "somebody-else"},
        {"nonce": "of another journey"},
        {"nonce": None},
        {"exp": (NOW - timedelta(minutes=2)).timestamp()},
        {"exp": None},
        {"exp": "never"},
        {"exp": True},
        {"exp": float("nan")},
        {"iat": (NOW + timedelta(minutes=2)).timestamp()},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 17},
        {"sub": "x" * 256},
        {"sub": "ü"},
        {"sub": "a\nb"},
    ],
    ids=str,
)
def test_one_that_says_something_else_is_refused(
    signing_keys: Keys, changes: dict[str, Any]
) -> None:
    own = signing_keys[0]
    with pytest.raises(Rejected):
        read(own.token(claims(**changes)), own)


def test_one_signed_by_somebody_else_is_refused(signing_keys: Keys) -> None:
    own, stranger = signing_keys
    with pytest.raises(Rejected):
        read(stranger.token(claims()), own)
    with pytest.raises(Rejected):
        read(stranger.token(claims(), kid=own.key_id), own)


def test_one_that_was_changed_is_refused(signing_keys: Keys) -> None:
    own = signing_keys[0]
    header, _claims, signature = own.token(claims()).split(".")
    _header, forged, _signature = own.token(claims(sub="u-2")).split(".")
    with pytest.raises(Rejected):
        read(f"{header}.{forged}.{signature}", own)


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "RS512"}, {"alg": None}, {"crit": []}])
def test_another_way_to_sign_is_refused(signing_keys: Keys, header: dict[str, Any]) -> None:
    own = signing_keys[0]
    with pytest.raises(Rejected):
        read(own.token(claims(), **header), own)


def test_the_public_key_is_no_secret_to_sign_with(signing_keys: Keys) -> None:
    """The old trick: HS256 with the published key as its password."""
    own = signing_keys[0]
    unsigned = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "HS256", "kid": own.key_id}, claims())
    )
    password = json.dumps(own.published()).encode()
    digest = hmac.new(password, unsigned.encode(), hashlib.sha256).digest()
    with pytest.raises(Rejected):
        read(f"{unsigned}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}", own)


@pytest.mark.parametrize(
    "token", [None, 7, "", "a.b", "a.b.c.d", "..", "é.é.é", "W10.W10.AA", "e30.e30.", "e30.e30.AA"]
)
def test_what_is_no_token_is_refused(signing_keys: Keys, token: object) -> None:
    with pytest.raises(Rejected):
        read(token, signing_keys[0])


@pytest.mark.parametrize("keys", [None, "keys", {}, [], [7], [{"kty": "EC"}], [{"kty": "RSA"}]])
def test_keys_that_are_none_are_refused(signing_keys: Keys, keys: object) -> None:
    with pytest.raises(Rejected):
        tokens.read(
            signing_keys[0].token(claims()), keys=keys, provider=SHOPMALL, nonce="once", now=NOW
        )


def test_a_key_that_is_too_short_is_refused() -> None:
    short = key_making.make("short", bits=1_024)
    with pytest.raises(Rejected):
        read(short.token(claims()), short)
