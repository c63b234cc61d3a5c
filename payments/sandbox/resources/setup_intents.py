"""Setup intents: a card is proved and bound without a charge, and what its owner agrees to is kept.

Source: https://docs.stripe.com/api/setup_intents, https://docs.stripe.com/payments/paymentintents/lifecycle
"""

from payments.sandbox import authentication, cards
from payments.sandbox.calls import Call, metadata
from payments.sandbox.errors import (
    ApiError,
    CardDeclined,
    InvalidParameter,
    Json,
    unexpected_state,
)
from payments.sandbox.listing import page
from payments.sandbox.resources import customers, mandates, payment_methods
from payments.sandbox.store import new_id

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(call: Call) -> Json:
    if "mandate_data" in call.params and not call.get("confirm"):
        raise InvalidParameter(
            "mandate_data can only be given with confirm=true.", param="mandate_data"
        )
    intent = add(call)
    return _confirm(call, intent) if call.get("confirm") else intent


def add(call: Call) -> Json:
    """Store a setup intent with the parameters of the call, not confirmed yet."""
    customer, method = call.get("customer"), call.get("payment_method")
    if customer is not None:
        customers.living(call, customer)
    if method is not None:
        method = payment_methods.usable(call, method, customer)["id"]
    intent_id = new_id("seti")
    intent: Json = {
        "id": intent_id,
        "object": "setup_intent",
        "allowed_payment_method_types": call.get("allowed_payment_method_types"),
        "application": None,
        "automatic_payment_methods": automatic_methods(call),
        "cancellation_reason": None,
        "client_secret": authentication.client_secret(intent_id),
        "created": call.now(),
        "customer": customer,
        "customer_account": None,
        "description": call.get("description"),
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": metadata({}, call.get("metadata")),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": method,
        "payment_method_configuration_details": None,
        "payment_method_options": None,
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_confirmation" if method else "requires_payment_method",
        "usage": call.get("usage", "off_session"),
    }
    call.store.add(intent)
    call.emit("setup_intent.created", intent)
    return intent


def automatic_methods(call: Call) -> Json | None:
    """Return the automatic choice of methods: on, unless the request lists the types itself."""
    if "allowed_payment_method_types" in call.params:
        return None
    given: Json = call.get("automatic_payment_methods", {})
    return {"allow_redirects": given.get("allow_redirects", "always"), "enabled": True}


def confirm(call: Call) -> Json:
    intent = call.store.get("setup_intent", call.ids[0], param="intent")
    if intent["status"] not in OPEN:
        raise unexpected_state("setup_intent", "confirm", intent)
    return _confirm(call, intent)


def _confirm(call: Call, intent: Json) -> Json:
    method_id = call.get("payment_method", intent["payment_method"])
    if method_id is None:
        raise ApiError(
            "You cannot confirm this SetupIntent because it's missing a payment method.",
            code="setup_intent_unexpected_state",
            setup_intent=intent,
        )
    _check_return_url(call, intent)
    method = payment_methods.usable(call, method_id, intent["customer"])
    if call.get("mandate_data"):
        acceptance = call.params["mandate_data"]["customer_acceptance"]
        call.store.hide(intent["id"], acceptance=acceptance)
    confirmed = attempt(call, intent, method, return_url=call.get("return_url"))
    if confirmed["status"] == "requires_payment_method":
        raise CardDeclined({**confirmed["last_setup_error"], "setup_intent": confirmed})
    return confirmed


def _check_return_url(call: Call, intent: Json) -> None:
    automatic = intent["automatic_payment_methods"]
    if automatic and automatic["allow_redirects"] == "always" and not call.get("return_url"):
        raise missing_return_url("SetupIntent")


def missing_return_url(noun: str) -> ApiError:
    return ApiError(
        f"This {noun} accepts payment methods that might redirect your customer off of your page,"
        " so you must provide a `return_url`, or set"
        " automatic_payment_methods[allow_redirects] to never.",
        param="return_url",
    )


def attempt(call: Call, intent: Json, method: Json, *, return_url: str | None) -> Json:
    """Try to bind the card: the intent ends succeeded, requires_action, or without a card."""
    intent = intent | {"payment_method": method["id"], "last_setup_error": None}
    if authentication.needed(call, method, off_session=False):
        waiting = intent | {
            "status": "requires_action",
            "next_action": authentication.next_action(call, intent, return_url),
        }
        call.store.save(waiting)
        call.emit("setup_intent.requires_action", waiting)
        return waiting
    return finish(call, intent, method)


def finish(call: Call, intent: Json, method: Json) -> Json:
    """Bind the card after whatever authentication there was, unless its bank declines."""
    card = cards.of_payment_method(method)
    decline = card.decline()
    if decline is not None and card.declines_setup:
        return fail(call, intent, method, decline)
    if intent["customer"] is not None:
        payment_methods.keep(call, method, intent["customer"])
    if intent["usage"] == "off_session":
        call.store.hide(method["id"], set_up=True)
    acceptance = call.store.hidden(intent["id"]).get("acceptance")
    mandate = mandates.add(call, method, acceptance)["id"] if acceptance else None
    done = call.store.save(
        intent | {"status": "succeeded", "next_action": None, "mandate": mandate}
    )
    call.emit("setup_intent.succeeded", done)
    return done


def fail(call: Call, intent: Json, method: Json, error: Json) -> Json:
    failed = call.store.save(
        intent
        | {
            "status": "requires_payment_method",
            "payment_method": None,
            "next_action": None,
            "last_setup_error": {**error, "payment_method": method},
        }
    )
    call.emit("setup_intent.setup_failed", failed)
    return failed


def retrieve(call: Call) -> Json:
    return call.store.get("setup_intent", call.ids[0], param="intent")


def cancel(call: Call) -> Json:
    intent = call.store.get("setup_intent", call.ids[0], param="intent")
    if intent["status"] not in OPEN:
        raise unexpected_state("setup_intent", "cancel", intent)
    cancelled = intent | {
        "status": "canceled",
        "cancellation_reason": call.get("cancellation_reason"),
        "next_action": None,
    }
    call.store.save(cancelled)
    call.emit("setup_intent.canceled", cancelled)
    return cancelled


def list_all(call: Call) -> Json:
    return page(call, "setup_intent", "/v1/setup_intents", filters=("customer", "payment_method"))
