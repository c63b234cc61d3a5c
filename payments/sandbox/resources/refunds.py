"""Refunds, with those that stay pending and those that fail after they succeeded.

What the charge cost is not given back.

Source: https://docs.stripe.com/api/refunds, https://docs.stripe.com/refunds#failed-refunds
"""

from payments.sandbox import cards
from payments.sandbox.amounts import check_steps
from payments.sandbox.calls import Call, metadata
from payments.sandbox.errors import ApiError, InvalidParameter, Json
from payments.sandbox.listing import page
from payments.sandbox.published_cards import RefundCourse
from payments.sandbox.resources import balance, disputes
from payments.sandbox.store import new_id


def create(call: Call) -> Json:
    """Give money of a charge back, up to what was captured and not refunded yet."""
    charge = _charge(call)
    disputes.refuse_refund(call, charge)
    amount = _amount(call, charge)
    course = cards.of_payment_method(_method(call, charge)).refund
    pending = course is RefundCourse.PENDING_THEN_SUCCEEDS
    refund = _add(call, charge, amount, "pending" if pending else "succeeded")
    charge = call.store.save(_refunded(charge, amount))
    call.emit("refund.created", refund)
    call.emit("charge.refunded", charge)
    if charge["refunded"]:
        disputes.drop_inquiry(call, charge)
    if course is not RefundCourse.AT_ONCE:
        call.store.schedule(refund["id"], call.store.time() + call.faults.rules.refund_seconds)
    return refund


def _charge(call: Call) -> Json:
    if ("charge" in call.params) == ("payment_intent" in call.params):
        raise InvalidParameter("One of charge and payment_intent is needed.", param="charge")
    if "charge" in call.params:
        return call.store.get("charge", call.params["charge"], param="charge")
    intent = call.store.get("payment_intent", call.params["payment_intent"], param="payment_intent")
    if intent["status"] != "succeeded":
        raise ApiError(
            "This PaymentIntent does not have a successful charge to refund.",
            code="resource_missing" if intent["latest_charge"] is None else None,
            param="payment_intent",
        )
    return call.store.get("charge", intent["latest_charge"])


def _method(call: Call, charge: Json) -> Json:
    return call.store.get("payment_method", charge["payment_method"])


def _amount(call: Call, charge: Json) -> int:
    if not charge["captured"]:
        raise ApiError(f"Charge {charge['id']} has not been captured.")
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise ApiError(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount: int = check_steps(call.get("amount", left), charge["currency"])
    if amount < 1:
        raise InvalidParameter(
            "Invalid positive integer", code="parameter_invalid_integer", param="amount"
        )
    if amount > left:
        raise ApiError(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    return amount


def _refunded(charge: Json, amount: int) -> Json:
    total = charge["amount_refunded"] + amount
    return charge | {"amount_refunded": total, "refunded": total == charge["amount"]}


def _add(call: Call, charge: Json, amount: int, status: str) -> Json:
    refund: Json = {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": call.now(),
        "currency": charge["currency"],
        "customer": charge["customer"],
        "customer_account": None,
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": metadata({}, call.get("metadata")),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": call.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }
    if status == "pending":
        refund["pending_reason"] = "processing"
    transaction = balance.book(call, refund, "refund", -amount, currency=charge["currency"])
    return call.store.add(refund | {"balance_transaction": transaction["id"]})


def due_change(call: Call, refund_id: str) -> Json:
    """Let the refund take the course that its card is published for."""
    refund = call.store.get("refund", refund_id)
    charge = call.store.get("charge", refund["charge"])
    course = cards.of_payment_method(_method(call, charge)).refund
    if course is RefundCourse.PENDING_THEN_SUCCEEDS:
        return succeed(call, refund)
    return fail(call, refund, "lost_or_stolen_card")


def succeed(call: Call, refund: Json) -> Json:
    """Raises ApiError unless the refund is pending."""
    if refund["status"] != "pending":
        raise ApiError(f"This refund has a status of {refund['status']}.")
    done = {name: value for name, value in refund.items() if name != "pending_reason"}
    done["status"] = "succeeded"
    call.store.save(done)
    call.store.unschedule(refund["id"])
    call.emit("refund.updated", done, status="pending")
    call.emit("charge.refund.updated", done, status="pending")
    return done


def fail(call: Call, refund: Json, reason: str) -> Json:
    """Let the money come back to the account, also from a refund that had succeeded.

    Raises ApiError when the refund has failed or was cancelled already.
    """
    if refund["status"] not in ("pending", "succeeded"):
        raise ApiError(f"This refund has a status of {refund['status']}.")
    failed = {name: value for name, value in refund.items() if name != "pending_reason"}
    failed |= {"status": "failed", "failure_reason": reason}
    returned = balance.book(
        call, refund, "refund_failure", refund["amount"], currency=refund["currency"]
    )
    failed["failure_balance_transaction"] = returned["id"]
    call.store.save(failed)
    call.store.unschedule(refund["id"])
    call.store.save(_refunded(call.store.get("charge", refund["charge"]), -refund["amount"]))
    call.emit("refund.updated", failed, status=refund["status"])
    call.emit("refund.failed", failed, status=refund["status"])
    call.emit("charge.refund.updated", failed, status=refund["status"])
    return failed


def retrieve(call: Call) -> Json:
    return call.store.get("refund", call.ids[0])


def update(call: Call) -> Json:
    refund = call.store.get("refund", call.ids[0])
    changed = refund | {"metadata": metadata(refund["metadata"], call.get("metadata"))}
    call.store.save(changed)
    call.emit("refund.updated", changed)
    return changed


def list_all(call: Call) -> Json:
    return page(call, "refund", "/v1/refunds", filters=("charge", "payment_intent"))
