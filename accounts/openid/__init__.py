"""OpenID Connect: a person shows who they are elsewhere. The code flow with PKCE, RS256 only.

Source: OpenID Connect Core 1.0, https://openid.net/specs/openid-connect-core-1_0.html
"""

from accounts.openid.client import Identity, Journey, authorization_url, identity_of
from accounts.openid.errors import Rejected, Unavailable
from accounts.openid.providers import Provider

__all__ = [
    "Identity",
    "Journey",
    "Provider",
    "Rejected",
    "Unavailable",
    "authorization_url",
    "identity_of",
]
