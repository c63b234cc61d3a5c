"""Charges and the balance transactions that they leave.

Source: https://docs.stripe.com/api/charges, https://docs.stripe.com/api/balance_transactions
"""

from payments.sandbox.amounts import processing_fee
from payments.sandbox.calls import Call, now
from payments.sandbox.errors import Json
from payments.sandbox.listing import page
from payments.sandbox.store import new_id

# How long Stripe's own example account waits until money is available.
_AVAILABLE_AFTER_SECONDS = 2 * 24 * 60 * 60


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
        "created": now(),
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
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "failed" if decline else "succeeded",
        "transfer_data": None,
        "transfer_group": None,
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
    }


def capture(call: Call, charge: Json, amount: int) -> Json:
    """Take the authorised money, up to all of it, and book it."""
    taken = charge | {
        "amount_captured": amount,
        "amount_refunded": charge["amount"] - amount,
        "captured": True,
    }
    taken["balance_transaction"] = book(call, taken, "charge", amount, processing_fee(amount))
    return call.store.save(taken)


def book(call: Call, source: Json, kind: str, amount: int, fee: int = 0) -> str:
    """Store a balance transaction and return its id. ``amount`` is signed, in minor units."""
    currency: str = source["currency"]
    details = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }
    transaction = call.store.add(
        {
            "id": new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": now() + _AVAILABLE_AFTER_SECONDS,
            "balance_type": "payments",
            "created": now(),
            "currency": currency,
            "description": source["description"],
            "exchange_rate": None,
            "fee": fee,
            "fee_details": [details] if fee else [],
            "net": amount - fee,
            "reporting_category": kind,
            "source": source["id"],
            "status": "pending",
            "type": kind,
        }
    )
    booked_id: str = transaction["id"]
    return booked_id


def retrieve(call: Call) -> Json:
    return call.store.get("charge", call.ids[0])


def list_all(call: Call) -> Json:
    return page(call, "charge", "/v1/charges", filters=("customer", "payment_intent"))


def retrieve_transaction(call: Call) -> Json:
    return call.store.get("balance_transaction", call.ids[0])


def list_transactions(call: Call) -> Json:
    return page(
        call,
        "balance_transaction",
        "/v1/balance_transactions",
        filters=("currency", "source", "type"),
    )
