"""Checkout sessions: a hosted page that binds a card or takes a payment.

Source: https://docs.stripe.com/api/checkout/sessions
"""

from dataclasses import replace
from urllib.parse import urlsplit

from payments.sandbox.amounts import check_charge, check_currency
from payments.sandbox.calls import Call, metadata
from payments.sandbox.errors import ApiError, InvalidParameter, Json
from payments.sandbox.listing import page
from payments.sandbox.resources import customers, payment_intents, setup_intents
from payments.sandbox.store import new_id

_SHORTEST_SECONDS, _LONGEST_SECONDS = 30 * 60, 24 * 60 * 60
# Fields of a session that stay empty here.
_ABSENT = (
    "adaptive_pricing after_expiration allow_promotion_codes billing_address_collection"
    " client_secret collected_information consent consent_collection currency_conversion"
    " customer_account customer_email discounts integration_identifier invoice invoice_creation"
    " locale managed_payments origin_context payment_link payment_method_configuration_details"
    " permissions shipping_address_collection shipping_cost submit_type subscription"
)


def create(call: Call) -> Json:
    mode = call.get("mode")
    if mode not in ("setup", "payment"):
        raise InvalidParameter("The sandbox knows the modes setup and payment.", param="mode")
    _check_addresses(call)
    customer = call.get("customer")
    if customer is not None:
        customer = customers.living(call, customer)["id"]
    session = _blank(call) | {"mode": mode, "customer": customer}
    session |= _for_setup(call) if mode == "setup" else _for_payment(call)
    session["url"] = f"{call.base_url}/c/pay/{session['id']}"
    call.store.add(session, payment=call.get("payment_intent_data", {}))
    return session


def _check_addresses(call: Call) -> None:
    if call.get("success_url") is None:
        raise InvalidParameter(
            "Missing required param: success_url.", code="parameter_missing", param="success_url"
        )
    for name in ("success_url", "cancel_url"):
        parts = urlsplit(call.get(name, "http://localhost/"))
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise InvalidParameter("Not a valid URL", code="url_invalid", param=name)


def _expiry(call: Call) -> int:
    expires_at: int = call.get("expires_at", call.now() + _LONGEST_SECONDS)
    if not _SHORTEST_SECONDS - 60 <= expires_at - call.now() <= _LONGEST_SECONDS:
        raise InvalidParameter(
            "The expires_at timestamp must be between 30 minutes and 24 hours from creation.",
            param="expires_at",
        )
    return expires_at


def _blank(call: Call) -> Json:
    return {
        **dict.fromkeys(_ABSENT.split()),
        "id": new_id("cs_test", 58),
        "object": "checkout.session",
        "amount_subtotal": None,
        "amount_total": None,
        "allowed_payment_method_types": call.get("allowed_payment_method_types"),
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": call.get("cancel_url"),
        "client_reference_id": call.get("client_reference_id"),
        "created": call.now(),
        "currency": None,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer_creation": None,
        "customer_details": None,
        "expires_at": _expiry(call),
        "livemode": False,
        "metadata": metadata({}, call.get("metadata")),
        "payment_intent": None,
        "payment_method_collection": "always",
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_options": [],
        "status": "open",
        "success_url": call.get("success_url"),
        "total_details": None,
        "ui_mode": "hosted_page",
        "wallet_options": None,
    }


def _for_setup(call: Call) -> Json:
    if not call.get("currency") and not call.get("allowed_payment_method_types"):
        raise InvalidParameter(
            "currency is required in setup mode when allowed_payment_method_types is not set.",
            code="parameter_missing",
            param="currency",
        )
    data: Json = call.get("setup_intent_data", {})
    wanted = {"customer": call.get("customer"), **data, "allowed_payment_method_types": ["card"]}
    intent = setup_intents.add(with_params(call, wanted))
    return {"setup_intent": intent["id"], "payment_status": "no_payment_required"}


def _for_payment(call: Call) -> Json:
    items: list[Json] = call.get("line_items", [])
    if not items:
        raise InvalidParameter(
            "line_items is required in payment mode.", code="parameter_missing", param="line_items"
        )
    total, currencies = 0, set()
    for index, item in enumerate(items):
        price = item.get("price_data")
        if price is None or "unit_amount" not in price:
            raise InvalidParameter(
                "The sandbox knows line items with price_data[unit_amount] only.",
                param=f"line_items[{index}][price_data]",
            )
        total += price["unit_amount"] * item.get("quantity", 1)
        currencies.add(check_currency(price["currency"]))
    if len(currencies) > 1:
        raise InvalidParameter("All line items need the same currency.", param="line_items")
    currency = currencies.pop()
    check_charge(total, currency)
    return {
        "amount_subtotal": total,
        "amount_total": total,
        "currency": currency,
        "payment_status": "unpaid",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    }


def with_params(call: Call, params: Json) -> Call:
    """Return the same call as if it had come with other parameters."""
    return replace(call, params=params, ids=())


def payment(call: Call, session: Json) -> Json:
    """Return the payment intent of a session in payment mode; the first card creates it."""
    if session["payment_intent"] is not None:
        return call.store.get("payment_intent", session["payment_intent"])
    wanted = {
        "amount": session["amount_total"],
        "currency": session["currency"],
        "customer": session["customer"],
        "allowed_payment_method_types": ["card"],
        **call.store.hidden(session["id"])["payment"],
    }
    intent = payment_intents.add(with_params(call, wanted))
    call.store.save(session | {"payment_intent": intent["id"]})
    return intent


def complete(call: Call, session: Json) -> Json:
    """Close the session after its intent has succeeded."""
    paid = "paid" if session["mode"] == "payment" else "no_payment_required"
    done = call.store.save(session | {"status": "complete", "payment_status": paid, "url": None})
    call.emit("checkout.session.completed", done)
    return done


def current(call: Call, session_id: str) -> Json:
    """Return the session, expired if its time has passed."""
    session = call.store.get("checkout.session", session_id)
    if session["status"] == "open" and session["expires_at"] <= call.now():
        return _expire(call, session)
    return session


def _expire(call: Call, session: Json) -> Json:
    expired = call.store.save(session | {"status": "expired", "url": None})
    call.emit("checkout.session.expired", expired)
    return expired


def retrieve(call: Call) -> Json:
    return current(call, call.ids[0])


def expire(call: Call) -> Json:
    session = current(call, call.ids[0])
    if session["status"] != "open":
        raise ApiError("Only Checkout Sessions with a status of open can be expired.")
    return _expire(call, session)


def list_all(call: Call) -> Json:
    return page(
        call,
        "checkout.session",
        "/v1/checkout/sessions",
        filters=("customer", "payment_intent", "status"),
    )
