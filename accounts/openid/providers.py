"""The outside sites whose accounts can be linked: those that the operator has configured."""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Provider:
    """`key` names it in addresses and rows, for ever; `name` is what people read."""

    key: str
    name: str
    issuer: str
    client_id: str
    client_secret: str


def configured() -> tuple[Provider, ...]:
    """In the order of the setting; empty where nothing can be linked."""
    return tuple(Provider(**record) for record in settings.OPENID_PROVIDERS)


def by_key(key: str) -> Provider | None:
    return next((provider for provider in configured() if provider.key == key), None)
