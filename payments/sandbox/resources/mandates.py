"""Mandates: what a customer has agreed to, when, and from where.

Source: https://docs.stripe.com/api/mandates, https://docs.stripe.com/api/setup_intents/confirm
"""

from payments.sandbox.calls import Call
from payments.sandbox.errors import Json
from payments.sandbox.store import new_id


def add(call: Call, method: Json, acceptance: Json) -> Json:
    """Store the consent to later payments with this card."""
    online = acceptance.get("online")
    mandate: Json = {
        "id": new_id("mandate"),
        "object": "mandate",
        "customer_acceptance": {
            "accepted_at": acceptance.get("accepted_at", call.now()),
            "type": acceptance["type"],
            **({"online": online} if online is not None else {"offline": {}}),
        },
        "livemode": False,
        "multi_use": {},
        "payment_method": method["id"],
        "payment_method_details": {"card": {}, "type": "card"},
        "status": "active",
        "type": "multi_use",
    }
    return call.store.add(mandate)


def end_all(call: Call, method: Json) -> None:
    """Without the card there is nothing that the customer still agrees to."""
    for mandate in call.store.all_with("mandate", "payment_method", method["id"]):
        ended = call.store.save(mandate | {"status": "inactive"})
        call.emit("mandate.updated", ended, status=mandate["status"])


def retrieve(call: Call) -> Json:
    return call.store.get("mandate", call.ids[0])
