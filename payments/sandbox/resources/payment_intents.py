"""Payment intents as the API offers them; what a confirmation does is in ``paying``.

Source: https://docs.stripe.com/api/payment_intents
"""

from typing import Any

from payments.sandbox import authentication, paying
from payments.sandbox.amounts import check_charge, check_currency
from payments.sandbox.calls import Call, metadata
from payments.sandbox.errors import (
    ApiError,
    CardDeclined,
    InvalidParameter,
    Json,
    unexpected_state,
)
from payments.sandbox.listing import page
from payments.sandbox.resources import customers, payment_methods, setup_intents
from payments.sandbox.store import new_id

_CHANGEABLE = ("description", "receipt_email", "setup_future_usage", "transfer_group")


def create(call: Call) -> Json:
    for name in ("off_session", "return_url"):
        if name in call.params and not call.get("confirm"):
            raise InvalidParameter(f"{name} can only be given with confirm=true.", param=name)
    intent = add(call)
    return _confirm(call, intent) if call.get("confirm") else intent


def add(call: Call) -> Json:
    """Store a payment intent with the parameters of the call, not confirmed yet."""
    customer, method = call.get("customer"), call.get("payment_method")
    if customer is not None:
        customers.living(call, customer)
    if method is not None:
        method = payment_methods.usable(call, method, customer)["id"]
    currency = check_currency(call.params["currency"])
    intent: Json = _blank(call) | {
        "amount": check_charge(call.params["amount"], currency),
        "allowed_payment_method_types": call.get("allowed_payment_method_types"),
        "automatic_payment_methods": setup_intents.automatic_methods(call),
        "capture_method": call.get("capture_method", "automatic_async"),
        "currency": currency,
        "customer": customer,
        "metadata": metadata({}, call.get("metadata")),
        "payment_method": method,
        "status": "requires_confirmation" if method else "requires_payment_method",
        **{name: call.get(name) for name in _CHANGEABLE},
    }
    call.store.add(intent)
    call.emit("payment_intent.created", intent)
    return intent


def _blank(call: Call) -> Json:
    intent_id = new_id("pi")
    empty: dict[str, Any] = dict.fromkeys(
        (
            "application",
            "application_fee_amount",
            "canceled_at",
            "cancellation_reason",
            "customer_account",
            "excluded_payment_method_types",
            "last_payment_error",
            "latest_charge",
            "managed_payments",
            "next_action",
            "on_behalf_of",
            "payment_method_configuration_details",
            "payment_method_options",
            "processing",
            "review",
            "shipping",
            "source",
            "statement_descriptor",
            "statement_descriptor_suffix",
            "transfer_data",
        )
    )
    return {
        **empty,
        "id": intent_id,
        "object": "payment_intent",
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "client_secret": authentication.client_secret(intent_id),
        "confirmation_method": "automatic",
        "created": call.now(),
        "livemode": False,
        "payment_method_types": ["card"],
    }


def _owned(call: Call) -> Json:
    return call.store.get("payment_intent", call.ids[0], param="intent")


def retrieve(call: Call) -> Json:
    return _owned(call)


def update(call: Call) -> Json:
    intent = _owned(call)
    extra = set(call.params) - {"metadata", "description", "expand"}
    if extra and intent["status"] not in paying.OPEN:
        raise unexpected_state("payment_intent", "update", intent)
    changes = {name: call.params[name] for name in _CHANGEABLE if name in call.params}
    changes["metadata"] = metadata(intent["metadata"], call.get("metadata"))
    if "amount" in call.params:
        changes["amount"] = check_charge(call.params["amount"], intent["currency"])
    if "customer" in call.params:
        changes["customer"] = customers.living(call, call.params["customer"])["id"]
    if "payment_method" in call.params:
        owner = changes.get("customer", intent["customer"])
        method = payment_methods.usable(call, call.params["payment_method"], owner)
        changes |= {"payment_method": method["id"], "status": "requires_confirmation"}
    return call.store.save(intent | changes)


def confirm(call: Call) -> Json:
    intent = _owned(call)
    if intent["status"] not in paying.OPEN:
        raise unexpected_state("payment_intent", "confirm", intent)
    return _confirm(call, intent)


def _confirm(call: Call, intent: Json) -> Json:
    method_id = call.get("payment_method", intent["payment_method"])
    if method_id is None:
        raise ApiError(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )
    off_session = bool(call.get("off_session"))
    _check_return_url(call, intent, off_session=off_session)
    if "setup_future_usage" in call.params:
        intent = intent | {"setup_future_usage": call.params["setup_future_usage"]}
    method = payment_methods.usable(call, method_id, intent["customer"])
    confirmed = paying.attempt(
        call, intent, method, off_session=off_session, return_url=call.get("return_url")
    )
    if confirmed["status"] == "requires_payment_method":
        raise CardDeclined({**confirmed["last_payment_error"], "payment_intent": confirmed})
    return confirmed


def _check_return_url(call: Call, intent: Json, *, off_session: bool) -> None:
    automatic = intent["automatic_payment_methods"]
    redirects = automatic and automatic["allow_redirects"] == "always"
    if redirects and not off_session and not call.get("return_url"):
        raise setup_intents.missing_return_url("PaymentIntent")


def capture(call: Call) -> Json:
    intent = _owned(call)
    if intent["status"] != "requires_capture":
        raise unexpected_state("payment_intent", "capture", intent)
    amount = call.get("amount_to_capture", intent["amount"])
    if not 1 <= amount <= intent["amount_capturable"]:
        raise ApiError(
            "The amount to capture is more than the amount that can be captured, or nothing.",
            code="amount_too_large" if amount > 0 else "parameter_invalid_integer",
            param="amount_to_capture",
        )
    return paying.take(call, intent, amount)


def cancel(call: Call) -> Json:
    intent = _owned(call)
    if intent["status"] not in (*paying.OPEN, "requires_capture"):
        raise unexpected_state("payment_intent", "cancel", intent)
    if intent["status"] == "requires_capture":
        _release(call, intent["latest_charge"])
    cancelled = intent | {
        "status": "canceled",
        "amount_capturable": 0,
        "canceled_at": call.now(),
        "cancellation_reason": call.get("cancellation_reason"),
        "next_action": None,
    }
    call.store.save(cancelled)
    call.emit("payment_intent.canceled", cancelled)
    return cancelled


def _release(call: Call, charge_id: str) -> None:
    charge = call.store.get("charge", charge_id)
    released = charge | {"amount_refunded": charge["amount"], "refunded": True}
    call.store.save(released)
    call.emit("charge.refunded", released)


def list_all(call: Call) -> Json:
    return page(call, "payment_intent", "/v1/payment_intents", filters=("customer",))
