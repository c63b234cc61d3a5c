"""Cards. Of a number only the last four digits and a fingerprint are ever kept.

Source: https://docs.stripe.com/api/payment_methods
"""

from payments.sandbox import cards
from payments.sandbox.calls import Call, metadata
from payments.sandbox.errors import ApiError, CardDeclined, InvalidParameter, Json
from payments.sandbox.listing import page
from payments.sandbox.published_cards import PublishedCard
from payments.sandbox.resources import customers, mandates
from payments.sandbox.store import new_id

_NO_BILLING = dict.fromkeys(("address", "email", "name", "phone", "tax_id"))
_NO_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def create(call: Call) -> Json:
    if call.get("type") != "card" or "card" not in call.params:
        raise InvalidParameter("The sandbox knows cards only.", param="type")
    given: Json = call.params["card"]
    cards.reject_untested(given)
    if "token" in given:
        return add(call, _tokened(given["token"]), billing=call.get("billing_details"))
    card = cards.by_number(given["number"])
    cards.check_expiry(given["exp_month"], given["exp_year"], call.today())
    if "cvc" in given:
        cards.check_cvc(given["cvc"], card)
    return add(
        call,
        card,
        exp_month=given["exp_month"],
        exp_year=given["exp_year"],
        billing=call.get("billing_details"),
        extra=call.get("metadata"),
    )


def _tokened(token: str) -> PublishedCard:
    card = cards.by_token(token)
    if card is None:
        raise ApiError(f"No such token: '{token}'", code="resource_missing", param="card[token]")
    return card


def add(
    call: Call,
    card: PublishedCard,
    *,
    exp_month: int = 12,
    exp_year: int = 2034,
    billing: Json | None = None,
    extra: Json | None = None,
) -> Json:
    """Store and return a card that belongs to nobody yet."""
    return call.store.add(
        {
            "id": new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": _billing(billing, _NO_BILLING),
            "card": _looks(card, exp_month, exp_year),
            "created": call.now(),
            "customer": None,
            "customer_account": None,
            "livemode": False,
            "metadata": metadata({}, extra),
            "type": "card",
        }
    )


def _billing(given: Json | None, before: Json) -> Json:
    details = before | {name: value or None for name, value in (given or {}).items()}
    details["address"] = _NO_ADDRESS | (before["address"] or {}) | (details["address"] or {})
    return details


def _looks(card: PublishedCard, exp_month: int, exp_year: int) -> Json:
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "fail" if card.decline_code == "incorrect_cvc" else "pass",
        },
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": exp_month,
        "exp_year": exp_year,
        "fingerprint": card.fingerprint,
        "funding": card.funding,
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def resolve(call: Call, method_id: str) -> Json:
    """Return the card with this id, or a fresh one for a published ``pm_card_...`` name."""
    card = cards.by_token(method_id)
    if card is not None:
        return add(call, card)
    return call.store.get("payment_method", method_id, param="payment_method")


def usable(call: Call, method_id: str, customer_id: str | None) -> Json:
    """Return the card if a payment of this customer may use it.

    Raises ApiError when it is attached to somebody else, or was used up by being detached.
    """
    method = resolve(call, method_id)
    if method["customer"] not in (None, customer_id):
        raise ApiError(
            "The payment method is attached to a customer, so that customer has to be given too."
            if customer_id is None
            else "The payment method does not belong to the customer of this request.",
            param="payment_method",
        )
    _refuse_spent(call, method)
    return method


def of_customer(call: Call, method_id: str, customer_id: str) -> Json:
    """Return the card. Raises ApiError when it is not attached to this very customer."""
    method = call.store.get("payment_method", method_id, param="payment_method")
    if method["customer"] != customer_id:
        raise ApiError(f"No such payment method: '{method_id}'", code="resource_missing")
    return method


def _refuse_spent(call: Call, method: Json) -> None:
    if call.store.hidden(method["id"]).get("spent"):
        raise ApiError(
            "The provided payment method was used before without being attached to a customer,"
            " or was detached from one, and may not be used again.",
            code="payment_method_unexpected_state",
            param="payment_method",
        )


def retrieve(call: Call) -> Json:
    return resolve(call, call.ids[0])


def update(call: Call) -> Json:
    """Change what its owner may change. Raises ApiError for a card of nobody."""
    method = call.store.get("payment_method", call.ids[0], param="payment_method")
    if method["customer"] is None:
        raise ApiError("You must save this PaymentMethod to a customer before you can update it.")
    card: Json = method["card"] | call.get("card", {})
    cards.check_expiry(card["exp_month"], card["exp_year"], call.today())
    changed = method | {
        "allow_redisplay": call.get("allow_redisplay", method["allow_redisplay"]),
        "billing_details": _billing(call.get("billing_details"), method["billing_details"]),
        "card": card,
        "metadata": metadata(method["metadata"], call.get("metadata")),
    }
    call.store.save(changed)
    call.emit("payment_method.updated", changed)
    return changed


def reissue(call: Call, method: Json, number: str | None, month: int, year: int) -> Json:
    """Let the card's bank send another one to its holder, and tell Stripe of it."""
    card = cards.by_number(number) if number else cards.of_payment_method(method)
    cards.check_expiry(month, year, call.today())
    changed = call.store.save(method | {"card": _looks(card, month, year)})
    call.emit("payment_method.automatically_updated", changed, card=method["card"])
    return changed


def attach(call: Call) -> Json:
    method = usable(call, call.ids[0], call.get("customer"))
    customers.living(call, call.params["customer"])
    card = cards.of_payment_method(method)
    decline = card.decline()
    if decline is not None and card.declines_setup:
        raise CardDeclined(decline)
    return keep(call, method, call.params["customer"])


def keep(call: Call, method: Json, customer_id: str) -> Json:
    """Attach the card to the customer, unless it is already."""
    if method["customer"] == customer_id:
        return method
    call.store.save(method | {"customer": customer_id})
    call.emit("payment_method.attached", method | {"customer": customer_id})
    return method | {"customer": customer_id}


def detach(call: Call) -> Json:
    method = call.store.get("payment_method", call.ids[0], param="payment_method")
    if method["customer"] is None:
        raise ApiError(
            "The payment method you provided is not attached to a customer so detachment is"
            " impossible.",
            code="payment_method_unexpected_state",
        )
    return release(call, method)


def release(call: Call, method: Json) -> Json:
    """Detach the card for good."""
    released = call.store.save(method | {"customer": None})
    call.store.hide(method["id"], spent=True)
    mandates.end_all(call, released)
    call.emit("payment_method.detached", released, customer=method["customer"])
    return released


def all_of(call: Call, customer_id: str) -> list[Json]:
    return call.store.all_with("payment_method", "customer", customer_id)


def list_all(call: Call) -> Json:
    if call.get("customer") is None:
        return {"object": "list", "url": "/v1/payment_methods", "has_more": False, "data": []}
    customers.living(call, call.params["customer"])
    return page(call, "payment_method", "/v1/payment_methods", filters=("customer", "type"))


def list_of_customer(call: Call) -> Json:
    call.params["customer"] = call.ids[0]
    listed = list_all(call)
    return listed | {"url": f"/v1/customers/{call.ids[0]}/payment_methods"}
