"""Events: what happened, as the webhooks tell it. Source: https://docs.stripe.com/api/events"""

import json
import re

from payments.sandbox.calls import Call
from payments.sandbox.errors import InvalidParameter, Json
from payments.sandbox.listing import page

_TYPE = re.compile(r"[a-z_.]+(\.\*)?|\*")
_NOT_TAKEN = (
    "EXISTS (SELECT 1 FROM deliveries AS d WHERE d.event_id = objects.id"
    " AND d.state <> 'delivered') = ?"
)


def retrieve(call: Call) -> Json:
    return call.owned("event")


def list_all(call: Call) -> Json:
    """List events, also those of several types, or those that the webhook has not taken."""
    conditions: list[tuple[str, str | int]] = []
    if "type" in call.params and "types" in call.params:
        raise InvalidParameter("You may only give one of type and types.", param="types")
    if "type" in call.params:
        conditions.append(("json_extract(body, '$.type') GLOB ?", _pattern(call.params["type"])))
    if "types" in call.params:
        wanted = "json_extract(body, '$.type') IN (SELECT value FROM json_each(?))"
        conditions.append((wanted, json.dumps(call.params["types"])))
    if "delivery_success" in call.params:
        conditions.append((_NOT_TAKEN, int(not call.params["delivery_success"])))
    return page(call, "event", "/v1/events", only=tuple(conditions))


def _pattern(kind: str) -> str:
    """Return the type as it is looked for; ``charge.*`` stands for all that begin like that."""
    if _TYPE.fullmatch(kind) is None:
        raise InvalidParameter(f"Invalid event type: {kind}", param="type")
    return kind
