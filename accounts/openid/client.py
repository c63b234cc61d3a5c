"""The two ends of the journey: the address it begins at, and who came back.

Nothing of the provider is remembered between two journeys: its addresses and keys are asked for
each time, so that a key which it changes is changed here too. Linking is rare.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

from accounts.openid import calls, tokens
from accounts.openid.errors import Rejected
from accounts.openid.providers import Provider
from socialcommerce.lib import names

DISCOVERY: Final = "/.well-known/openid-configuration"
SCOPE: Final = "openid profile"
NAME_LENGTH_MAX: Final = 80


@dataclass(frozen=True, slots=True)
class Journey:
    """What ties the way there to the way back; each is random and used once.

    `verifier` is PKCE's secret (RFC 7636), `nonce` comes back inside the token.
    """

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Identity:
    """`subject` stands for the account at that provider, for ever; `name` may change."""

    subject: str
    name: str


def authorization_url(provider: Provider, journey: Journey) -> str:
    """The provider's page that asks the person. Talks to it. Raises Unavailable, Rejected."""
    endpoint = calls.checked(_discover(provider).get("authorization_endpoint")).geturl()
    challenge = hashlib.sha256(journey.verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": journey.redirect_uri,
        "scope": SCOPE,
        "state": journey.state,
        "nonce": journey.nonce,
        "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


def identity_of(provider: Provider, journey: Journey, *, code: str, now: datetime) -> Identity:
    """Who the person is there who came back with that code. Talks to the provider.

    Raises Unavailable, Rejected.
    """
    found = _discover(provider)
    answer = _exchange(provider, journey, code, found)
    keys = calls.get(str(found.get("jwks_uri"))).get("keys")
    claims = tokens.read(
        answer.get("id_token"), keys=keys, provider=provider, nonce=journey.nonce, now=now
    )
    subject = str(claims["sub"])
    told = _userinfo(found, answer, subject)
    return Identity(subject, _name({**claims, **told}))


def _discover(provider: Provider) -> dict[str, Any]:
    found = calls.get(provider.issuer.rstrip("/") + DISCOVERY)
    # OpenID Connect Discovery 1.0, 4.3: or one provider could speak for another.
    if found.get("issuer") != provider.issuer:
        raise Rejected(f"{provider.issuer} calls itself by another name.")
    return found


def _exchange(
    provider: Provider, journey: Journey, code: str, found: Mapping[str, Any]
) -> dict[str, Any]:
    """The code for the token, once: the provider takes no code twice."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": journey.redirect_uri,
        "code_verifier": journey.verifier,
    }
    endpoint = str(found.get("token_endpoint"))
    ways = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if "client_secret_basic" in ways:
        # RFC 6749, 2.3.1: both are form-encoded first.
        pair = f"{quote_plus(provider.client_id)}:{quote_plus(provider.client_secret)}"
        basic = base64.b64encode(pair.encode()).decode()
        return calls.post(endpoint, form, authorization=f"Basic {basic}")
    client = {"client_id": provider.client_id, "client_secret": provider.client_secret}
    return calls.post(endpoint, {**form, **client})


def _userinfo(
    found: Mapping[str, Any], answer: Mapping[str, Any], subject: str
) -> Mapping[str, Any]:
    """What the provider tells about the person beside the token; {} where it has no such place."""
    endpoint, access_token = found.get("userinfo_endpoint"), answer.get("access_token")
    if not isinstance(endpoint, str) or not isinstance(access_token, str):
        return {}
    told = calls.get(endpoint, bearer=access_token)
    # OpenID Connect Core, 5.3.2: what is said about somebody else must not be used.
    if told.get("sub") != subject:
        raise Rejected("The provider speaks of two people at once.")
    return told


def _name(claims: Mapping[str, Any]) -> str:
    """What the person is called there, fit to be shown; empty where the provider does not say."""
    candidates = (claims.get(claim) for claim in ("preferred_username", "name", "nickname"))
    found = next((name for name in candidates if isinstance(name, str) and name.strip()), "")
    try:
        return names.clean(found[:NAME_LENGTH_MAX], most=NAME_LENGTH_MAX)
    except names.BadName:
        return ""
