"""Webhook events: believed only with a good and fresh signature.

Source: https://docs.stripe.com/webhooks#verify-official-libraries
"""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import stripe

from payments.gateway.errors import BadSignature

# Stripe's own recommendation: a replay older than this is refused.
_TOLERANCE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class EventInfo:
    """What happened, and to which object. Ask Stripe for the object rather than trust ``raw``:
    events come late, twice and out of order.
    """

    id: str
    type: str
    object_id: str
    object_type: str
    created: datetime.datetime
    raw: dict[str, Any]


def parse_event(*, payload: bytes, signature: str, secrets: Sequence[str]) -> EventInfo:
    """Return the event. Any of the secrets will do, so that they can be rotated.

    Raises BadSignature for a wrong, missing or old signature, or a body that is no event.
    """
    if not any(_is_signed(payload, signature, secret) for secret in secrets):
        raise BadSignature("No signature that we know, or an old one.")
    try:
        raw = json.loads(payload)
        subject = raw["data"]["object"]
        return EventInfo(
            id=str(raw["id"]),
            type=str(raw["type"]),
            object_id=str(subject.get("id", "")),
            object_type=str(subject["object"]),
            created=datetime.datetime.fromtimestamp(raw["created"], datetime.UTC),
            raw=raw,
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise BadSignature("Signed, but not an event.") from error


def _is_signed(payload: bytes, signature: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(payload, signature, secret, _TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, UnicodeDecodeError, TypeError):
        # TypeError: the SDK compares as text, which refuses letters outside ASCII.
        return False
    return True
