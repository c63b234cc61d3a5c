"""Charges: each attempt to take money from a card. Source: https://docs.stripe.com/api/charges"""

from payments.sandbox import cards
from payments.sandbox.amounts import processing_fee
from payments.sandbox.calls import Call, metadata
from payments.sandbox.errors import Json
from payments.sandbox.listing import page
from payments.sandbox.resources import balance
from payments.sandbox.store import new_id

_CHANGEABLE = ("description", "receipt_email", "transfer_group")


def add(call: Call, intent: Json, method: Json, *, decline: Json | None) -> Json:
    """Store the attempt to charge an intent: authorised, or failed with the decline."""
    charge: Json = {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "SANDBOX",
        "captured": False,
        "created": call.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": decline["code"] if decline else None,
        "failure_message": decline["message"] if decline else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": _outcome(decline),
        "paid": decline is None,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"card": _card(method, intent["amount"]), "type": "card"},
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "failed" if decline else "succeeded",
        "transfer_data": None,
        "transfer_group": intent["transfer_group"],
    }
    return call.store.add(charge)


def _outcome(decline: Json | None) -> Json:
    declined = decline is not None
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if declined else "approved_by_network",
        "reason": decline.get("decline_code", decline["code"]) if decline else None,
        "risk_level": "normal",
        "risk_score": 10,
        "seller_message": "The bank declined the payment." if declined else "Payment complete.",
        "type": "issuer_declined" if declined else "authorized",
    }


def _card(method: Json, amount: int) -> Json:
    card: Json = method["card"]
    kept = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding")
    return {
        **{name: card[name] for name in (*kept, "last4", "regulated_status", "wallet")},
        "amount_authorized": amount,
        "authorization_code": None,
        "installments": None,
        "mandate": None,
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None,
        "three_d_secure": None,
        "transaction_link_id": None,
    }


def capture(call: Call, charge: Json, amount: int) -> Json:
    """Take the authorised money, up to all of it, and book it."""
    taken = charge | {
        "amount_captured": amount,
        "amount_refunded": charge["amount"] - amount,
        "captured": True,
    }
    transaction = balance.book(
        call,
        taken,
        "charge",
        amount,
        currency=taken["currency"],
        available_on=_available_on(call, taken),
        description=taken["description"],
        fee=processing_fee(amount),
    )
    return call.store.save(taken | {"balance_transaction": transaction["id"]})


def _available_on(call: Call, charge: Json) -> int:
    method = call.store.get("payment_method", charge["payment_method"])
    if cards.of_payment_method(method).available_at_once:
        return call.now()
    return call.now() + int(call.faults.rules.available_seconds)


def retrieve(call: Call) -> Json:
    return call.owned("charge")


def update(call: Call) -> Json:
    charge = call.owned("charge")
    changes = {name: call.params[name] for name in _CHANGEABLE if name in call.params}
    changes["metadata"] = metadata(charge["metadata"], call.get("metadata"))
    call.store.save(charge | changes)
    call.emit("charge.updated", charge | changes)
    return charge | changes


def list_all(call: Call) -> Json:
    return page(
        call, "charge", "/v1/charges", filters=("customer", "payment_intent", "transfer_group")
    )
