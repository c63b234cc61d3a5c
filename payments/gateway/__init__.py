"""The one door to Stripe. Nothing of the SDK leaves it: results are dataclasses of ours, errors
exceptions of ours, amounts in our minor units.

A caller passes the id of its own committed row as idempotency key, and never calls from inside a
database transaction. ``Unavailable`` means that the outcome is not known: ask again with the same
key, or retrieve.
"""

from payments.gateway.cards import (
    CardDetails,
    SetupIntentInfo,
    SetupIntentResult,
    SetupResult,
    SetupSession,
    SetupStatus,
    create_customer,
    create_setup_intent,
    create_setup_session,
    detach_card,
    retrieve_setup_intent,
    retrieve_setup_session,
)
from payments.gateway.charging import (
    PaymentResult,
    PaymentStatus,
    cancel_payment,
    confirm_payment,
    create_payment,
    retrieve_payment,
)
from payments.gateway.errors import (
    BadSignature,
    Declined,
    GatewayError,
    NotConfigured,
    Rejected,
    Unavailable,
    UnmappedAmount,
)
from payments.gateway.events import EventInfo, parse_event
from payments.gateway.refunding import (
    RefundResult,
    RefundStatus,
    create_refund,
    retrieve_refund,
)

__all__ = [
    "BadSignature",
    "CardDetails",
    "Declined",
    "EventInfo",
    "GatewayError",
    "NotConfigured",
    "PaymentResult",
    "PaymentStatus",
    "RefundResult",
    "RefundStatus",
    "Rejected",
    "SetupIntentInfo",
    "SetupIntentResult",
    "SetupResult",
    "SetupSession",
    "SetupStatus",
    "Unavailable",
    "UnmappedAmount",
    "cancel_payment",
    "confirm_payment",
    "create_customer",
    "create_payment",
    "create_refund",
    "create_setup_intent",
    "create_setup_session",
    "detach_card",
    "parse_event",
    "retrieve_payment",
    "retrieve_refund",
    "retrieve_setup_intent",
    "retrieve_setup_session",
]
