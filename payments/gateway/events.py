"""Webhook events: believed only with a good and fresh signature.

Source: https://docs.stripe.com/webhooks#verify-official-libraries
"""

import datetime
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import stripe

from payments.gateway.client import client, translated
from payments.gateway.errors import BadSignature

# Stripe's own recommendation: a replay older than this is refused.
_TOLERANCE_SECONDS = 300
_PAGE: Final = 100  # Stripe's largest
# What the site asks Stripe to tell it of its own account; a list takes 20 names at most.
WANTED: Final = (
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "checkout.session.completed",
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "refund.created",
    "refund.failed",
    "refund.updated",
    "setup_intent.succeeded",
)


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
        return _info(json.loads(payload))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise BadSignature("Signed, but not an event.") from error


def list_missed_events(*, since: datetime.datetime) -> Iterator[EventInfo]:
    """Yield the wanted events since then of which Stripe says that we never took them.

    Raises Unavailable, Rejected, NotConfigured, also after some were given.
    """
    with translated():
        missed = client().v1.events.list(
            {
                "created": {"gte": int(since.timestamp())},
                "delivery_success": False,
                "limit": _PAGE,
                "types": list(WANTED),
            }
        )
        for event in missed.auto_paging_iter():
            yield _info(event.to_dict())


def _info(raw: dict[str, Any]) -> EventInfo:
    subject = raw["data"]["object"]
    return EventInfo(
        id=str(raw["id"]),
        type=str(raw["type"]),
        object_id=str(subject.get("id", "")),
        object_type=str(subject["object"]),
        created=datetime.datetime.fromtimestamp(raw["created"], datetime.UTC),
        raw=raw,
    )


def _is_signed(payload: bytes, signature: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(payload, signature, secret, _TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, UnicodeDecodeError, TypeError):
        # TypeError: the SDK compares as text, which refuses letters outside ASCII.
        return False
    return True
