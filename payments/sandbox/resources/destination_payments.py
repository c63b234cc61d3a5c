"""The other side of a transfer: a payment on the connected account, and its refunds.

Source: https://docs.stripe.com/api/transfers/object
"""

from payments.sandbox.calls import Call
from payments.sandbox.errors import Json
from payments.sandbox.resources import balance
from payments.sandbox.store import new_id

_ABSENT = (
    "application application_fee application_fee_amount calculated_statement_descriptor customer"
    " failure_balance_transaction failure_code failure_message on_behalf_of outcome payment_intent"
    " payment_method payment_method_details receipt_email receipt_number receipt_url review"
    " shipping source statement_descriptor statement_descriptor_suffix transfer_data transfer_group"
)
_NOBODY: Json = {
    "address": dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state")),
    "email": None,
    "name": None,
    "phone": None,
    "tax_id": None,
}


def add(call: Call, transfer: Json, available_on: int) -> Json:
    """Store the payment that the transfer is for its destination, and book it there."""
    payment: Json = {
        **dict.fromkeys(_ABSENT.split()),
        "id": new_id("py"),
        "object": "charge",
        "amount": transfer["amount"],
        "amount_captured": transfer["amount"],
        "amount_refunded": 0,
        "billing_details": _NOBODY,
        "captured": True,
        "created": call.now(),
        "currency": transfer["currency"],
        "description": transfer["description"],
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "paid": True,
        "radar_options": {},
        "refunded": False,
        "source_transfer": transfer["id"],
        "status": "succeeded",
    }
    received = balance.book(
        call,
        payment,
        "payment",
        payment["amount"],
        account=transfer["destination"],
        available_on=available_on,
        currency=payment["currency"],
        description=payment["description"],
    )
    payment["balance_transaction"] = received["id"]
    return call.store.add(payment, account=transfer["destination"])


def give_back(call: Call, transfer: Json, amount: int, reversal_id: str) -> Json:
    """Store the refund that a reversal is for the connected account, and book it there."""
    payment = call.store.get("charge", transfer["destination_payment"])
    refund: Json = {
        "id": new_id("pyr"),
        "object": "refund",
        "amount": amount,
        "charge": payment["id"],
        "created": call.now(),
        "currency": payment["currency"],
        "customer": None,
        "customer_account": None,
        "metadata": {},
        "payment_intent": None,
        "payment_method": None,
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": reversal_id,
    }
    returned = balance.book(
        call,
        refund,
        "payment_refund",
        -amount,
        account=transfer["destination"],
        currency=refund["currency"],
    )
    refund["balance_transaction"] = returned["id"]
    total = payment["amount_refunded"] + amount
    call.store.save(payment | {"amount_refunded": total, "refunded": total == payment["amount"]})
    return call.store.add(refund, account=transfer["destination"])
