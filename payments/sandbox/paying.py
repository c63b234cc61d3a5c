"""What happens to a payment intent once somebody tries to pay it.

Source: https://docs.stripe.com/payments/paymentintents/lifecycle
"""

from payments.sandbox import authentication, cards, declines, disputing
from payments.sandbox.calls import Call
from payments.sandbox.errors import Json
from payments.sandbox.resources import charges, payment_methods

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


def attempt(
    call: Call, intent: Json, method: Json, *, off_session: bool, return_url: str | None
) -> Json:
    """Try to pay. The intent ends succeeded, requires_capture, requires_action, processing, or in
    requires_payment_method with ``last_payment_error`` set.
    """
    intent = intent | {"payment_method": method["id"], "last_payment_error": None}
    if authentication.needed(call, method, off_session=off_session):
        if off_session:
            return decline(call, intent, method, declines.error("authentication_required"))
        waiting = intent | {
            "status": "requires_action",
            "next_action": authentication.next_action(call, intent, return_url),
        }
        call.store.save(waiting)
        call.emit("payment_intent.requires_action", waiting)
        return waiting
    return pay(call, intent, method)


def pay(call: Call, intent: Json, method: Json) -> Json:
    """Charge the card after whatever authentication there was."""
    intent = intent | {"next_action": None}
    if call.faults.take("processing_next"):
        waiting = call.store.save(intent | {"status": "processing"})
        call.emit("payment_intent.processing", waiting)
        return waiting
    error = _refusal(call, method)
    if error is not None:
        return decline(call, intent, method, error)
    return _authorise(call, intent, method)


def _refusal(call: Call, method: Json) -> Json | None:
    """Return why the bank says no, if it does: on request, for the card's date, or its number."""
    if call.faults.take("decline_next"):
        return declines.error(call.faults.rules.decline_code)
    card, today = method["card"], call.today()
    if (card["exp_year"], card["exp_month"]) < (today.year, today.month):
        return declines.error("expired_card")
    return cards.of_payment_method(method).decline()


def _authorise(call: Call, intent: Json, method: Json) -> Json:
    charge = charges.add(call, intent, method, decline=None)
    _remember(call, intent, method)
    intent = intent | {"latest_charge": charge["id"], "amount_capturable": intent["amount"]}
    if intent["capture_method"] != "manual":
        return take(call, intent, intent["amount"])
    held = call.store.save(intent | {"status": "requires_capture"})
    call.emit("charge.succeeded", charge)
    call.emit("payment_intent.amount_capturable_updated", held)
    return held


def _remember(call: Call, intent: Json, method: Json) -> None:
    """Keep the card where the payment says so; else a card of nobody is used up by it."""
    if intent["setup_future_usage"] and intent["customer"]:
        payment_methods.keep(call, method, intent["customer"])
        if intent["setup_future_usage"] == "off_session":
            call.store.hide(method["id"], set_up=True)
    elif method["customer"] is None:
        call.store.hide(method["id"], spent=True)


def take(call: Call, intent: Json, amount: int) -> Json:
    """Capture ``amount`` of the authorised charge; the intent has succeeded afterwards."""
    held_before = intent["status"] == "requires_capture"
    charge = call.store.get("charge", intent["latest_charge"])
    taken = charges.capture(call, charge, amount)
    done = call.store.save(
        intent | {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    )
    call.emit("charge.captured" if held_before else "charge.succeeded", taken)
    call.emit("payment_intent.succeeded", done)
    _dispute(call, taken)
    return done


def _dispute(call: Call, charge: Json) -> None:
    """Let the holder dispute it at once, where the card is published for that."""
    method = call.store.get("payment_method", charge["payment_method"])
    wanted = cards.of_payment_method(method).dispute
    if wanted is not None:
        disputing.begin(
            call,
            charge,
            reason=wanted.reason,
            network_reason_code=wanted.network_reason_code,
            inquiry=wanted.inquiry,
        )


def decline(call: Call, intent: Json, method: Json, error: Json) -> Json:
    """Record the failed charge. The intent waits for another card."""
    charge = charges.add(call, intent, method, decline=error)
    call.emit("charge.failed", charge)
    return fail(call, intent | {"latest_charge": charge["id"]}, method, error, charge=charge["id"])


def fail(call: Call, intent: Json, method: Json, error: Json, *, charge: str | None = None) -> Json:
    """Put the intent back to requires_payment_method, with the reason."""
    reason = {**error, "payment_method": method}
    if charge is not None:
        reason["charge"] = charge
    failed = call.store.save(
        intent
        | {
            "status": "requires_payment_method",
            "payment_method": None,
            "next_action": None,
            "last_payment_error": reason,
        }
    )
    call.emit("payment_intent.payment_failed", failed)
    return failed


def settle(call: Call, intent: Json, *, succeeds: bool) -> Json:
    """End a payment that was held in processing."""
    method = call.store.get("payment_method", intent["payment_method"])
    if succeeds:
        return _authorise(call, intent, method)
    return decline(call, intent, method, declines.error("generic_decline"))
