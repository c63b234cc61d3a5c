"""How a dispute goes: it takes the money, waits for evidence, and gives the money back or not.

Source: https://docs.stripe.com/disputes/api, https://docs.stripe.com/testing#disputes
"""

from payments.sandbox.calls import Call, metadata
from payments.sandbox.errors import ApiError, InvalidParameter, Json
from payments.sandbox.resources import balance, disputes, refunds

# What Stripe takes in the USA for each chargeback, won or lost.
_FEE_MINOR = 1500
_WINS, _LOSES, _ESCALATES = "winning_evidence", "losing_evidence", "escalate_inquiry_evidence"
_GOING = (*disputes.INQUIRIES, *disputes.CHARGEBACKS)
_OPEN = ("needs_response", "warning_needs_response")


def begin(
    call: Call,
    charge: Json,
    *,
    amount: int | None = None,
    reason: str = "fraudulent",
    network_reason_code: str = "10.4",
    inquiry: bool = False,
) -> Json:
    """Open a dispute of a captured charge: of what is left of it, or of ``amount``.

    What was given back already can still be charged back, as happens when both are under way.
    Raises ApiError when it is nothing, more than was captured, or disputed already.
    """
    wanted = _disputable(call, charge, amount)
    dispute = disputes.add(
        call,
        charge,
        wanted,
        reason=reason,
        network_reason_code=network_reason_code,
        inquiry=inquiry,
    )
    call.store.save(charge | {"disputed": True})
    call.emit("charge.dispute.created", dispute)
    if not inquiry:
        dispute = _withdraw(call, dispute)
    call.store.schedule(dispute["id"], dispute["evidence_details"]["due_by"])
    return dispute


def _disputable(call: Call, charge: Json, amount: int | None) -> int:
    if charge["payment_method_details"] is None:
        raise ApiError(f"Charge {charge['id']} was paid by no card.")
    if any(each["status"] in _GOING for each in disputes.of_charge(call, charge)):
        raise ApiError(f"Charge {charge['id']} has an open dispute.")
    left = charge["amount"] - charge["amount_refunded"]
    wanted: int = (left or charge["amount_captured"]) if amount is None else amount
    if not 1 <= wanted <= charge["amount_captured"]:
        raise ApiError(f"Charge {charge['id']} has no such amount to dispute.", param="amount")
    return wanted


def _withdraw(call: Call, dispute: Json) -> Json:
    taken = balance.book(
        call,
        dispute,
        "adjustment",
        -dispute["amount"],
        category="dispute",
        currency=dispute["currency"],
        description=f"Chargeback withdrawal for {dispute['charge']}",
        fee=_FEE_MINOR,
        fee_description="Dispute fee",
    )
    withdrawn = call.store.save(_with(dispute, taken))
    call.emit("charge.dispute.funds_withdrawn", withdrawn)
    return withdrawn


def _with(dispute: Json, transaction: Json) -> Json:
    return dispute | {"balance_transactions": [*dispute["balance_transactions"], transaction]}


def escalate(call: Call, dispute: Json) -> Json:
    """Make a chargeback of an inquiry. Refunds made in the meantime come back.

    Raises ApiError when it is no open inquiry.
    """
    if dispute["status"] not in disputes.INQUIRIES:
        raise ApiError(f"This dispute has a status of {dispute['status']}.")
    for refund in call.store.all_with("refund", "charge", dispute["charge"]):
        if refund["status"] in ("pending", "succeeded"):
            refunds.fail(call, refund, "charge_for_pending_refund_disputed")
    method = dispute["payment_method_details"]
    method = method | {"card": method["card"] | {"case_type": "chargeback"}}
    due_by = call.now() + 9 * 24 * 60 * 60
    escalated = dispute | {
        "evidence_details": _not_submitted(dispute, due_by),
        "is_charge_refundable": False,
        "payment_method_details": method,
        "status": "needs_response",
    }
    call.store.save(escalated)
    call.store.schedule(dispute["id"], due_by)
    call.emit("charge.dispute.updated", escalated, status=dispute["status"])
    return _withdraw(call, escalated)


def _not_submitted(dispute: Json, due_by: int) -> Json:
    details: Json = dispute["evidence_details"]
    return details | {"due_by": due_by, "submission_method": "not_submitted"}


def decide(call: Call, dispute: Json, *, won: bool) -> Json:
    """End a dispute. A chargeback that is won brings the money back, but not the fee.

    Raises ApiError when it has ended already.
    """
    if dispute["status"] in disputes.INQUIRIES:
        return disputes.end(call, dispute, "warning_closed")
    if dispute["status"] not in disputes.CHARGEBACKS:
        raise ApiError(f"This dispute has a status of {dispute['status']}.")
    if not won:
        return disputes.end(call, dispute, "lost")
    returned = balance.book(
        call,
        dispute,
        "adjustment",
        dispute["amount"],
        category="dispute_reversal",
        currency=dispute["currency"],
        description=f"Chargeback reversal for {dispute['charge']}",
    )
    reinstated = call.store.save(_with(dispute, returned) | {"status": "won"})
    call.emit("charge.dispute.funds_reinstated", reinstated)
    return disputes.end(call, reinstated | {"status": dispute["status"]}, "won")


def update(call: Call) -> Json:
    """Keep evidence and, unless told not to, hand it to the bank: that is possible once."""
    dispute = disputes.retrieve(call)
    given: Json = call.get("evidence", {})
    _refuse_files(given)
    if given or "submit" in call.params:
        _refuse_late(dispute)
    changed = dispute | {
        "evidence": dispute["evidence"] | given,
        "metadata": metadata(dispute["metadata"], call.get("metadata")),
    }
    shown = any(changed["evidence"][name] for name in disputes.TEXTS)
    changed["evidence_details"] = changed["evidence_details"] | {"has_evidence": shown}
    if shown and call.get("submit", bool(given)):
        changed = _submit(call, changed)
    call.store.save(changed)
    call.emit("charge.dispute.updated", changed, status=dispute["status"])
    return changed


def _refuse_files(given: Json) -> None:
    for name in given:
        if name not in disputes.TEXTS:
            raise InvalidParameter(
                f"The sandbox takes evidence as text only, not {name}.",
                code="sandbox_unsupported_parameter",
                param=f"evidence[{name}]",
            )


def _refuse_late(dispute: Json) -> None:
    if dispute["status"] not in _OPEN:
        raise ApiError(
            "This dispute is already closed or its evidence was submitted; it takes no evidence.",
            param="evidence",
        )


def _submit(call: Call, dispute: Json) -> Json:
    details = dispute["evidence_details"]
    inquiry = dispute["status"] in disputes.INQUIRIES
    if dispute["evidence"]["uncategorized_text"] in (_WINS, _LOSES, _ESCALATES):
        call.store.schedule(dispute["id"], call.store.time() + call.faults.rules.dispute_seconds)
    else:
        call.store.unschedule(dispute["id"])  # the bank takes as long as the control says
    return dispute | {
        "evidence_details": details
        | {"submission_count": details["submission_count"] + 1, "submission_method": "manual"},
        "status": "warning_under_review" if inquiry else "under_review",
    }


def close(call: Call) -> Json:
    """Accept the dispute: it is lost, or an inquiry ends."""
    dispute = disputes.retrieve(call)
    if dispute["status"] not in _OPEN:
        raise ApiError("This dispute is already closed or its evidence was submitted.")
    return decide(call, dispute, won=False)


def due_change(call: Call, dispute_id: str) -> Json:
    """Let the bank decide by the evidence, or by there being none in time."""
    dispute = call.store.get("dispute", dispute_id)
    if dispute["status"] in _OPEN:
        return _miss(call, dispute)
    text = dispute["evidence"]["uncategorized_text"]
    if text == _ESCALATES and dispute["status"] in disputes.INQUIRIES:
        return escalate(call, dispute)
    return decide(call, dispute, won=text == _WINS)


def _miss(call: Call, dispute: Json) -> Json:
    late = dispute | {"evidence_details": dispute["evidence_details"] | {"past_due": True}}
    if dispute["status"] in disputes.INQUIRIES:
        return escalate(call, late)
    return disputes.end(call, late, "lost")
