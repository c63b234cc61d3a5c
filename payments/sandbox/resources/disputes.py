"""Disputes: what they look like, and what they forbid. How they go is in ``disputing``.

Source: https://docs.stripe.com/api/disputes/object, https://docs.stripe.com/disputes/how-disputes-work
"""

from payments.sandbox.calls import Call
from payments.sandbox.errors import ApiError, Json
from payments.sandbox.listing import page
from payments.sandbox.store import new_id

INQUIRIES = ("warning_needs_response", "warning_under_review")
CHARGEBACKS = ("needs_response", "under_review")
# Evidence that is text; the rest of the SDK's fields are names of uploaded files.
TEXTS = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
    "uncategorized_text",
)
_FILES = (
    "cancellation_policy",
    "customer_communication",
    "customer_signature",
    "duplicate_charge_documentation",
    "receipt",
    "refund_policy",
    "service_documentation",
    "shipping_documentation",
    "uncategorized_file",
)
# Banks give a merchant between one and three weeks; Visa's nine days are the usual case.
_ANSWER_WITHIN_SECONDS = 9 * 24 * 60 * 60


def add(
    call: Call, charge: Json, amount: int, *, reason: str, network_reason_code: str, inquiry: bool
) -> Json:
    """Store a dispute of part or all of a charge, without any of its consequences."""
    card = charge["payment_method_details"]["card"]
    dispute: Json = {
        "id": new_id("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": call.now(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(TEXTS + _FILES), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": call.now() + _ANSWER_WITHIN_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": card["brand"],
                "case_type": "inquiry" if inquiry else "chargeback",
                "network": card["network"],
                "network_reason_code": network_reason_code,
            },
            "type": "card",
        },
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
    return call.store.add(dispute)


def of_charge(call: Call, charge: Json) -> list[Json]:
    return call.store.all_with("dispute", "charge", charge["id"])


def refuse_refund(call: Call, charge: Json) -> None:
    """Raises ApiError ``charge_disputed`` while the bank has taken the money, or for good."""
    held = (*CHARGEBACKS, "lost")
    if any(dispute["status"] in held for dispute in of_charge(call, charge)):
        raise ApiError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )


def drop_inquiry(call: Call, charge: Json) -> None:
    """End an inquiry whose charge was given back in full: nothing is left to ask for."""
    for dispute in of_charge(call, charge):
        if dispute["status"] in INQUIRIES:
            end(call, dispute, "warning_closed")


def end(call: Call, dispute: Json, status: str, **changes: object) -> Json:
    """Give the dispute its last status and say so. No money moves here."""
    ended = call.store.save(
        dispute | {"status": status, "is_charge_refundable": status != "lost", **changes}
    )
    call.store.unschedule(dispute["id"])
    call.emit("charge.dispute.closed", ended, status=dispute["status"])
    return ended


def retrieve(call: Call) -> Json:
    return call.store.get("dispute", call.ids[0], param="dispute")


def list_all(call: Call) -> Json:
    return page(call, "dispute", "/v1/disputes", filters=("charge", "payment_intent"))
