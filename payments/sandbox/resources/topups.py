"""Top-ups: the platform's own bank adds to its balance. Source: https://docs.stripe.com/api/topups"""

from payments.sandbox.amounts import check_charge, check_currency
from payments.sandbox.calls import Call, metadata
from payments.sandbox.errors import Json
from payments.sandbox.listing import page
from payments.sandbox.resources import balance
from payments.sandbox.store import new_id


def create(call: Call) -> Json:
    """Add money that is available at once, as test top-ups are."""
    currency = check_currency(call.params["currency"])
    topup: Json = {
        "id": new_id("tu"),
        "object": "topup",
        "amount": check_charge(call.params["amount"], currency),
        "created": call.now(),
        "currency": currency,
        "description": call.get("description"),
        "expected_availability_date": call.now(),
        "failure_code": None,
        "failure_message": None,
        "initiated_by": "user",
        "livemode": False,
        "metadata": metadata({}, call.get("metadata")),
        "payment_method": None,
        "source": None,
        "statement_descriptor": call.get("statement_descriptor"),
        "status": "succeeded",
        "transfer_group": call.get("transfer_group"),
    }
    booked = balance.book(
        call,
        topup,
        "topup",
        topup["amount"],
        currency=currency,
        description=topup["description"],
    )
    topup["balance_transaction"] = booked["id"]
    call.store.add(topup)
    call.emit("topup.created", topup)
    call.emit("topup.succeeded", topup)
    return topup


def retrieve(call: Call) -> Json:
    return call.store.get("topup", call.ids[0], param="topup")


def list_all(call: Call) -> Json:
    return page(call, "topup", "/v1/topups", filters=("amount", "status"))
