"""Where payouts go: bank accounts and debit cards of a connected account, and of the platform.

Source: https://docs.stripe.com/api/external_accounts
"""

from dataclasses import replace
from typing import Any

from payments.sandbox import cards, published_banks
from payments.sandbox.calls import Call, metadata
from payments.sandbox.errors import ApiError, InvalidParameter, Json
from payments.sandbox.listing import page
from payments.sandbox.published_banks import PublishedBank
from payments.sandbox.published_cards import PublishedCard
from payments.sandbox.store import new_id

KINDS = ("bank_account", "card")
_NO_REQUIREMENTS: Json = {
    "currently_due": [],
    "errors": [],
    "past_due": [],
    "pending_verification": [],
}
# A deleted one keeps its id and kind, but has no last digits any more.
_LIVING = (("json_type(body, '$.last4') = ?", "text"),)
_DEBIT_CARD_FIELDS = (
    "address_city address_country address_line1 address_line1_check address_line2 address_state"
    " address_zip address_zip_check dynamic_last4 name tokenization_method"
)


def add_bank(call: Call, owner: str, bank: PublishedBank, *, holder: str | None = None) -> Json:
    """Store and return a bank account: the account's first in a currency is its default."""
    external: Json = {
        "id": new_id("ba"),
        "object": "bank_account",
        "account": owner or None,
        "account_holder_name": holder,
        "account_holder_type": None,
        "account_type": None,
        "available_payout_methods": ["standard"],
        "bank_name": "STRIPE TEST BANK",
        "country": bank.country,
        "currency": bank.currency,
        "customer": None,
        "default_for_currency": default(call, owner, bank.currency) is None,
        "fingerprint": bank.fingerprint,
        "future_requirements": _NO_REQUIREMENTS,
        "last4": bank.number[-4:],
        "metadata": {},
        "requirements": _NO_REQUIREMENTS,
        "routing_number": bank.routing,
        "status": "new",
    }
    return _stored(call, external, owner)


def add_card(call: Call, owner: str, card: PublishedCard, currency: str, details: Json) -> Json:
    """Store and return a debit card. Raises ApiError for one that is not a debit card."""
    if card.funding != "debit":
        raise ApiError("Only debit cards can be paid out to.", code="invalid_card_type")
    external: Json = {
        **dict.fromkeys(_DEBIT_CARD_FIELDS.split()),
        "id": new_id("card"),
        "object": "card",
        "account": owner or None,
        "available_payout_methods": ["standard", "instant"],
        "brand": card.brand.title(),
        "country": card.country,
        "currency": currency,
        "customer": None,
        "cvc_check": "pass",
        "default_for_currency": default(call, owner, currency) is None,
        "exp_month": details.get("exp_month", 12),
        "exp_year": details.get("exp_year", 2034),
        "fingerprint": card.fingerprint,
        "funding": card.funding,
        "last4": card.number[-4:],
        "metadata": {},
        "regulated_status": "unregulated",
    }
    return _stored(call, external, owner)


def _stored(call: Call, external: Json, owner: str) -> Json:
    call.store.add(external, account=owner)
    if owner:
        call.emit("account.external_account.created", external)
    return external


def of_owner(call: Call, owner: str) -> list[Json]:
    """Return the living ones, oldest first."""
    return [
        external
        for kind in KINDS
        for external in call.store.all_of(kind, owner)
        if not external.get("deleted")
    ]


def default(call: Call, owner: str, currency: str) -> Json | None:
    found = (e for e in of_owner(call, owner) if e["currency"] == currency)
    return next((e for e in found if e["default_for_currency"]), None)


def of_platform(call: Call, currency: str) -> Json:
    """Return the platform's own bank account for a currency; there is always one."""
    bank = PublishedBank("000123456789", "is paid", currency=currency)
    return default(call, "", currency) or add_bank(call, "", bank)


def mark_errored(call: Call, external_id: str) -> None:
    """A payout of a connected account has come back: nothing goes there by itself any more, until
    its owner has named another bank account. (The platform mends its own at once.)
    """
    external = call.store.find(external_id)
    if external is None or external.get("deleted") or external["object"] != "bank_account":
        return
    if call.store.owner(external_id):
        changed = call.store.save(external | {"status": "errored"})
        call.emit("account.external_account.updated", changed, status=external["status"])


def _account(call: Call) -> Json:
    account = call.store.get("account", call.ids[0], param="account")
    if account["controller"]["requirement_collection"] != "application":
        raise ApiError(
            "The external accounts of this account are collected by Stripe: send its owner to an"
            " account link.",
            status=403,
        )
    return account


def create(call: Call) -> Json:
    account = _account(call)
    given = call.params["external_account"]
    external = _given(call, account, given)
    if call.get("default_for_currency") and not external["default_for_currency"]:
        external = make_default(call, external)
    changed = external | {"metadata": metadata({}, call.get("metadata"))}
    return call.store.save(changed)


def _given(call: Call, account: Json, given: Any) -> Json:
    if isinstance(given, str):
        bank = published_banks.by_token(given)
        if bank is None:
            raise ApiError(f"No such token: '{given}'", code="resource_missing")
        return add_bank(call, account["id"], bank)
    if given["object"] == "card":
        card = cards.by_number(given.get("number", ""))
        currency = given.get("currency") or account["default_currency"]
        return add_card(call, account["id"], card, currency, given)
    bank = published_banks.by_number(given["account_number"])
    if bank is None:
        raise InvalidParameter(
            "You must use a test bank account number.",
            code="account_number_invalid",
            param="external_account[account_number]",
        )
    return add_bank(call, account["id"], bank, holder=given.get("account_holder_name"))


def make_default(call: Call, external: Json) -> Json:
    """Send what is paid out in its currency there from now on."""
    for other in of_owner(call, external["account"]):
        if other["currency"] == external["currency"] and other["default_for_currency"]:
            call.store.save(other | {"default_for_currency": False})
    return call.store.save(external | {"default_for_currency": True})


def _one(call: Call) -> Json:
    external = call.store.find(call.ids[1])
    if external is None or external.get("account") != call.ids[0] or external.get("deleted"):
        raise ApiError(
            f"No such external account: '{call.ids[1]}'", status=404, code="resource_missing"
        )
    return external


def retrieve(call: Call) -> Json:
    return _one(call)


def update(call: Call) -> Json:
    external = _one(call)
    if call.get("default_for_currency"):
        external = make_default(call, external)
    changed = external | {"metadata": metadata(external["metadata"], call.get("metadata"))}
    call.store.save(changed)
    call.emit("account.external_account.updated", changed)
    return changed


def delete(call: Call) -> Json:
    """Raises ApiError for the default of its currency: payouts need somewhere to go."""
    external = _one(call)
    if external["default_for_currency"]:
        raise ApiError("You cannot delete the default external account for your default currency.")
    tombstone: Json = {name: external[name] for name in ("id", "object", "currency", "account")} | {
        "deleted": True
    }
    call.store.save(tombstone)
    call.emit("account.external_account.deleted", external)
    return {name: value for name, value in tombstone.items() if name != "account"}


def list_all(call: Call) -> Json:
    """List those of the account in the path: all of them, or page by page those of one kind."""
    owner = call.store.get("account", call.ids[0], param="account")["id"]
    if "object" not in call.params:
        return listed(call, owner)
    return page(replace(call, account=owner), call.params["object"], _url(owner), only=_LIVING)


def listed(call: Call, owner: str) -> Json:
    """Return all external accounts as the list that stands in an account."""
    found = of_owner(call, owner)
    return {"object": "list", "url": _url(owner), "has_more": False, "data": found}


def _url(owner: str) -> str:
    return f"/v1/accounts/{owner}/external_accounts"
