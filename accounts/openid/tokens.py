"""The ID token: who it is about is believed only after each of these questions.

Source: OpenID Connect Core 1.0, 3.1.3.7.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from accounts.openid import signatures
from accounts.openid.errors import Rejected
from accounts.openid.providers import Provider

CLOCKS_APART_SECONDS: Final = 60
SUBJECT_LENGTH_MAX: Final = 255  # OpenID Connect Core, 2


def read(
    token: object, *, keys: object, provider: Provider, nonce: str, now: datetime
) -> Mapping[str, Any]:
    """The claims of a token that this provider signed, for us, for this journey. Raises Rejected.

    `keys` is the list of JSON Web Keys that the provider publishes.
    """
    signed, header, claims, signature = _parts(token)
    if header.get("alg") != "RS256" or "crit" in header:
        raise Rejected("The token is not signed by RS256.")
    key = signatures.choose(keys, key_id=header.get("kid"))
    signatures.check(signed, signature, key=key)
    if claims.get("iss") != provider.issuer:
        raise Rejected("The token is of another issuer.")
    _check_audience(claims, provider.client_id)
    _check_times(claims, now.timestamp())
    if claims.get("nonce") != nonce:
        raise Rejected("The token was made for another journey.")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not _is_subject(subject):
        raise Rejected("The token is about nobody.")
    return claims


def _parts(token: object) -> tuple[bytes, dict[str, Any], dict[str, Any], bytes]:
    pieces = token.split(".") if isinstance(token, str) else []
    if len(pieces) != 3:
        raise Rejected("That is not a signed token.")
    header, claims, signature = pieces
    return (
        f"{header}.{claims}".encode("ascii", "replace"),
        _object(header),
        _object(claims),
        signatures.decode(signature),
    )


def _object(text: str) -> dict[str, Any]:
    try:
        read = json.loads(signatures.decode(text))
    except (ValueError, RecursionError) as error:
        raise Rejected("A part of the token is not JSON.") from error
    if not isinstance(read, dict):
        raise Rejected("A part of the token is not an object.")
    return read


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    """Made for us; where for others too, then at our request."""
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if client_id not in named:
        raise Rejected("The token is for somebody else.")
    party = claims.get("azp", None if len(named) > 1 else client_id)
    if party != client_id:
        raise Rejected("Somebody else has asked for the token.")


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    ends, made = _number(claims.get("exp")), _number(claims.get("iat"))
    # Put so that a number which is none (NaN) is refused as well.
    if not (ends > now - CLOCKS_APART_SECONDS and made < now + CLOCKS_APART_SECONDS):
        raise Rejected("The token is not of this time.")


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Rejected("The token does not say when it was made and ends.")
    return value


def _is_subject(text: str) -> bool:
    return 0 < len(text) <= SUBJECT_LENGTH_MAX and text.isascii() and text.isprintable()
