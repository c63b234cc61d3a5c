"""One request on its way through the sandbox, and what every endpoint needs of it."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import stripe

from payments.sandbox.errors import ApiError, InvalidParameter, Json, missing
from payments.sandbox.faults import Faults
from payments.sandbox.store import Store, new_id

_EXPANDABLE = frozenset(
    {
        "balance_transaction",
        "charge",
        "customer",
        "destination",
        "destination_payment",
        "failure_balance_transaction",
        "latest_charge",
        "mandate",
        "payment_intent",
        "payment_method",
        "setup_intent",
        "source",
        "source_transfer",
        "transfer",
    }
)
# Stripe allows four levels.
_EXPAND_DEPTH = 4


@dataclass
class Call:
    """The parameters and ids of a request, and the world that it may change."""

    store: Store
    faults: Faults
    base_url: str
    params: Json = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    request_id: str | None = None
    idempotency_key: str | None = None
    account: str = ""

    def get(self, name: str, default: Any = None) -> Any:
        return self.params.get(name, default)

    def now(self) -> int:
        """Return the present as Stripe writes it: whole seconds since 1970."""
        return int(self.store.time())

    def today(self) -> datetime.date:
        return datetime.datetime.fromtimestamp(self.now(), datetime.UTC).date()

    def owned(self, kind: str, *, param: str = "id") -> Json:
        """Return the object in the path. Raises ApiError unless it is the asking account's."""
        body = self.store.get(kind, self.ids[0], param=param)
        if self.store.owner(body["id"]) != self.account:
            raise missing(kind, body["id"], param)
        return body

    def emit(self, kind: str, body: Json, **previous: Any) -> None:
        """Store the event and queue its delivery, in the transaction of what happened.

        What happened to a connected account, or to something of its own, is its event.
        """
        owner = body["id"] if body["object"] == "account" else self.store.owner(body["id"])
        data: Json = {"object": body}
        if previous:
            data["previous_attributes"] = previous
        event: Json = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": stripe.api_version,
            "created": self.now(),
            "data": data,
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
            "type": kind,
        }
        if owner:
            event["account"] = owner
        twins = [event]
        if self.faults.take("twin_next"):
            twins.append(event | {"id": new_id("evt")})
        for twin in twins:
            self.store.add(twin, account=owner)
            self.faults.queue(self.store, twin["id"])


Handler = Callable[[Call], Json]


def metadata(old: Json, given: Json | str | None) -> Json:
    """Return the metadata after an update: keys are merged, an empty value removes its key.

    Source: https://docs.stripe.com/api/metadata
    """
    if given is None:
        return old
    if isinstance(given, str):
        return {}
    if len(given) > 50:
        raise InvalidParameter("Metadata can have up to 50 keys.", param="metadata")
    for key, value in given.items():
        if len(key) > 40 or len(value) > 500:
            raise InvalidParameter(
                "Metadata keys have up to 40 and values up to 500 characters.",
                param=f"metadata[{key}]",
            )
    return {key: value for key, value in {**old, **given}.items() if value != ""}


def expand(store: Store, body: Json, paths: list[str]) -> Json:
    """Put objects where ids stand, for each path such as ``latest_charge.balance_transaction``."""
    for path in paths:
        parts = path.split(".")
        if len(parts) > _EXPAND_DEPTH:
            raise ApiError(f"You cannot expand more than {_EXPAND_DEPTH} levels.", param="expand")
        _expand_one(store, body, parts)
    return body


def _expand_one(store: Store, body: Json, parts: list[str]) -> None:
    head, rest = parts[0], parts[1:]
    if head == "data" and body.get("object") == "list":
        for item in body["data"]:
            _expand_one(store, item, rest)
        return
    if head not in _EXPANDABLE or head not in body:
        raise ApiError(f"This property cannot be expanded ({head}).", param="expand")
    if isinstance(body[head], str):
        body[head] = store.find(body[head]) or body[head]
    if rest and isinstance(body[head], dict):
        _expand_one(store, body[head], rest)
