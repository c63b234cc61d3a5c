"""What `manage.py check` says of the providers that are configured."""

import re
from collections.abc import Sequence
from typing import Any, Final

from django.core.checks import CheckMessage, Error

from accounts.openid import calls
from accounts.openid.errors import Rejected
from accounts.openid.providers import Provider, configured

KEY: Final = re.compile(r"[a-z0-9-]{1,30}")


def providers_are_sound(app_configs: object, **_kwargs: Any) -> list[CheckMessage]:
    providers = configured()
    return [
        Error(f"OPENID_PROVIDERS, {provider.key}: {fault}", id="accounts.E001")
        for provider in providers
        for fault in _faults(provider, providers)
    ]


def _faults(provider: Provider, all_of_them: Sequence[Provider]) -> list[str]:
    found = []
    if not KEY.fullmatch(provider.key):
        found.append("a key is small letters, digits and hyphens, at most 30.")
    if sum(other.key == provider.key for other in all_of_them) > 1:
        found.append("the key is there twice.")
    try:
        calls.checked(provider.issuer)
    except Rejected as error:
        found.append(str(error))
    return found
