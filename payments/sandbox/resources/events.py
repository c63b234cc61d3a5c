"""Events: what happened, as the webhooks tell it. Source: https://docs.stripe.com/api/events"""

from payments.sandbox.calls import Call
from payments.sandbox.errors import Json
from payments.sandbox.listing import page


def retrieve(call: Call) -> Json:
    return call.owned("event")


def list_all(call: Call) -> Json:
    return page(call, "event", "/v1/events", filters=("type",))
