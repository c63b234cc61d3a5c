"""The SDK's client, and the translation of its errors into ours."""

import contextlib
import functools
import os
from collections.abc import Iterator, Mapping

import stripe
from django.conf import settings

from payments.gateway.errors import Declined, KeyMisused, NotConfigured, Rejected, Unavailable

# A person is waiting: three tries of ten seconds at most, under one idempotency key.
_TIMEOUT_SECONDS = 10
_RETRIES = 2
# Sends the time of the last request and an id of this machine with each request.
stripe.enable_telemetry = False


def client() -> stripe.StripeClient:
    """Return this process's client. Raises NotConfigured where there is no key."""
    if not settings.STRIPE_SECRET_KEY:
        raise NotConfigured("STRIPE_SECRET_KEY is empty.")
    # By process: connections must not be shared with a forked child.
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE, os.getpid())


@functools.lru_cache(maxsize=4)
def _client(secret_key: str, api_base: str, _process_id: int) -> stripe.StripeClient:
    return stripe.StripeClient(
        secret_key,
        base_addresses={"api": api_base} if api_base else {},
        http_client=stripe.RequestsClient(timeout=_TIMEOUT_SECONDS),
        max_network_retries=_RETRIES,
    )


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn every error of the SDK into one of ours.

    Raises Declined, Unavailable (KeyMisused among them), Rejected, NotConfigured.
    """
    try:
        yield
    except stripe.CardError as error:
        raise declined(error.error) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise NotConfigured(str(error)) from error
    except stripe.InvalidRequestError as error:
        raise Rejected(str(error), code=error.code) from error
    except stripe.IdempotencyError as error:
        # Unknown like no answer: what was sent first under this key may well have been done.
        raise KeyMisused(str(error)) from error
    except stripe.StripeError as error:
        raise Unavailable(str(error)) from error


def declined(error: object) -> Declined:
    """Return the reason of an exception's error object, or of an intent's last error.

    The SDK has no attribute for a field that the answer left out, and Stripe leaves out those
    that do not apply.
    """
    decline_code = getattr(error, "decline_code", None)
    return Declined(decline_code or getattr(error, "code", None) or "generic_decline")


def id_of(reference: object) -> str | None:
    """Return the id of what the SDK gives as an id, as an expanded object, or as nothing."""
    if reference is None or isinstance(reference, str):
        return reference
    return str(reference.id)  # type: ignore[attr-defined]  # any expanded object has one


def has_metadata(found: object, wanted: Mapping[str, str]) -> bool:
    """Whether an object of Stripe's carries what we sent along with it."""
    said = getattr(found, "metadata", None) or {}
    return all(name in said and said[name] == value for name, value in wanted.items())
