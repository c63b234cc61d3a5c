"""Customers: whom cards are kept for. Source: https://docs.stripe.com/api/customers"""

from payments.sandbox.calls import Call, metadata
from payments.sandbox.errors import ApiError, Json
from payments.sandbox.listing import page
from payments.sandbox.resources import payment_methods
from payments.sandbox.store import new_id

FIELDS = ("description", "email", "name", "phone")


def create(call: Call) -> Json:
    customer: Json = {
        "id": new_id("cus", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": call.now(),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "discount": None,
        "invoice_prefix": new_id("x", 8)[2:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": metadata({}, call.get("metadata")),
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
        **{name: call.get(name) for name in FIELDS},
    }
    call.store.add(customer)
    call.emit("customer.created", customer)
    return customer


def retrieve(call: Call) -> Json:
    return call.store.get("customer", call.ids[0])


def living(call: Call, customer_id: str) -> Json:
    """Return a customer that things may still be done for. Raises ApiError ``resource_missing``."""
    customer = call.store.get("customer", customer_id, param="customer")
    if customer.get("deleted"):
        raise ApiError(
            f"No such customer: '{customer_id}'", code="resource_missing", param="customer"
        )
    return customer


def update(call: Call) -> Json:
    customer = living(call, call.ids[0])
    changes = {name: call.params[name] for name in FIELDS if name in call.params}
    changes["metadata"] = metadata(customer["metadata"], call.get("metadata"))
    default = call.get("invoice_settings", {}).get("default_payment_method")
    if default is not None:
        payment_methods.of_customer(call, default, customer["id"])
        changes["invoice_settings"] = {
            **customer["invoice_settings"],
            "default_payment_method": default,
        }
    previous = {name: customer[name] for name in changes if customer[name] != changes[name]}
    call.store.save(customer | changes)
    call.emit("customer.updated", customer | changes, **previous)
    return customer | changes


def delete(call: Call) -> Json:
    """Detach every card of the customer; only the tombstone stays."""
    customer = living(call, call.ids[0])
    for method in payment_methods.all_of(call, customer["id"]):
        payment_methods.release(call, method)
    tombstone: Json = {"id": customer["id"], "object": "customer", "deleted": True}
    call.store.save(tombstone)
    call.emit("customer.deleted", customer)
    return tombstone


def list_all(call: Call) -> Json:
    return page(call, "customer", "/v1/customers", filters=("email",))
