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
from payments.gateway.connecting import (
    ConnectResult,
    PayoutResult,
    PayoutStatus,
    TransferResult,
    create_account,
    create_onboarding_page,
    create_payout,
    create_transfer,
    find_account,
    find_payout,
    find_transfer,
    retrieve_account,
    retrieve_payout,
    retrieve_transfer,
    reverse_transfer,
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
    "ConnectResult",
    "Declined",
    "EventInfo",
    "GatewayError",
    "NotConfigured",
    "PaymentResult",
    "PaymentStatus",
    "PayoutResult",
    "PayoutStatus",
    "RefundResult",
    "RefundStatus",
    "Rejected",
    "SetupIntentInfo",
    "SetupIntentResult",
    "SetupResult",
    "SetupSession",
    "SetupStatus",
    "TransferResult",
    "Unavailable",
    "UnmappedAmount",
    "cancel_payment",
    "confirm_payment",
    "create_account",
    "create_customer",
    "create_onboarding_page",
    "create_payment",
    "create_payout",
    "create_refund",
    "create_setup_intent",
    "create_setup_session",
    "create_transfer",
    "detach_card",
    "find_account",
    "find_payout",
    "find_transfer",
    "parse_event",
    "retrieve_account",
    "retrieve_payment",
    "retrieve_payout",
    "retrieve_refund",
    "retrieve_setup_intent",
    "retrieve_setup_session",
    "retrieve_transfer",
    "reverse_transfer",
]
