"""Connected accounts: whom the platform passes money on to.

What an account lacks is asked for on the onboarding page; ``standing`` says where it stands.
Source: https://docs.stripe.com/api/accounts, https://docs.stripe.com/connect/handling-api-verification
"""

from payments.sandbox import standing
from payments.sandbox.calls import Call, metadata
from payments.sandbox.errors import ApiError, InvalidParameter, Json
from payments.sandbox.listing import page
from payments.sandbox.resources import balance, external_accounts
from payments.sandbox.store import new_id

_CURRENCIES = {"AU": "aud", "CA": "cad", "CH": "chf", "GB": "gbp", "JP": "jpy", "US": "usd"}
# Who pays Stripe, bears losses, collects what is required, and which dashboard there is.
_TYPES = {
    "custom": ("application_custom", "application", "application", "none"),
    "express": ("application_express", "application", "stripe", "express"),
    "standard": ("account", "stripe", "stripe", "full"),
}
_CAPABILITIES = ("card_payments", "transfers")
_PROFILE = (
    "annual_revenue estimated_worker_count mcc minority_owned_business_designation name"
    " product_description support_address support_email support_phone support_url url"
)


def create(call: Call) -> Json:
    """Store an account that may do nothing yet: its owner has told nothing."""
    country = call.get("country", "US").upper()
    agreement = call.get("tos_acceptance", {}).get("service_agreement", "full")
    account: Json = {
        "id": new_id("acct", 16),
        "object": "account",
        "business_profile": dict.fromkeys(_PROFILE.split()) | call.get("business_profile", {}),
        "business_type": call.get("business_type"),
        "capabilities": _requested(call, agreement),
        "charges_enabled": False,
        "controller": _controller(call),
        "country": country,
        "created": call.now(),
        "default_currency": call.get("default_currency", _CURRENCIES.get(country, "eur")),
        "details_submitted": False,
        "email": call.get("email"),
        "future_requirements": standing.nothing_due(),
        "metadata": metadata({}, call.get("metadata")),
        "payouts_enabled": False,
        "requirements": standing.everything_due(),
        "settings": _settings(call),
        "tos_acceptance": _acceptance(agreement),
        "type": "none" if "controller" in call.params else call.get("type", "standard"),
    }
    call.store.add(account)
    return _shown(call, account)


def _requested(call: Call, agreement: str) -> Json:
    wanted: Json = call.get("capabilities", {})
    for name in wanted:
        if name not in _CAPABILITIES:
            raise InvalidParameter(
                f"The sandbox knows the capabilities {' and '.join(_CAPABILITIES)}.",
                code="sandbox_unsupported_parameter",
                param=f"capabilities[{name}]",
            )
    if agreement == "recipient" and wanted.get("card_payments", {}).get("requested"):
        raise ApiError(
            "Accounts under the recipient service agreement cannot request card_payments.",
            param="capabilities[card_payments]",
        )
    asked_for = (name for name, given in wanted.items() if given.get("requested"))
    return dict.fromkeys(asked_for, "inactive")


def _controller(call: Call) -> Json:
    if "controller" in call.params and "type" in call.params:
        raise InvalidParameter("You may only give one of type and controller.", param="type")
    payer, losses, collection, dashboard = _TYPES[call.get("type", "standard")]
    given: Json = call.get("controller", {})
    return {
        "fees": {"payer": given.get("fees", {}).get("payer", payer)},
        "is_controller": True,
        "losses": {"payments": given.get("losses", {}).get("payments", losses)},
        "requirement_collection": given.get("requirement_collection", collection),
        "stripe_dashboard": {"type": given.get("stripe_dashboard", {}).get("type", dashboard)},
        "type": "application",
    }


def _settings(call: Call) -> Json:
    """Return the settings; only the schedule of payouts can be chosen here."""
    schedule = {"delay_days": 2, "interval": "daily"}
    given: Json = call.get("settings", {}).get("payouts", {}).get("schedule", {})
    return {
        "bacs_debit_payments": {"display_name": None, "service_user_number": None},
        "branding": dict.fromkeys(("icon", "logo", "primary_color", "secondary_color")),
        "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
        "card_payments": {
            "decline_on": {"avs_failure": False, "cvc_failure": False},
            "statement_descriptor_prefix": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
        "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": "offer"},
        "payments": {
            "statement_descriptor": None,
            "statement_descriptor_kana": None,
            "statement_descriptor_kanji": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "payouts": {
            "debit_negative_balances": False,
            "schedule": schedule | given,
            "statement_descriptor": None,
        },
        "sepa_debit_payments": {},
    }


def _acceptance(agreement: str) -> Json:
    return {"date": None, "ip": None, "user_agent": None, "service_agreement": agreement}


def _shown(call: Call, account: Json) -> Json:
    if account.get("deleted"):
        return account
    return account | {"external_accounts": external_accounts.listed(call, account["id"])}


def retrieve(call: Call) -> Json:
    return _shown(call, living(call, call.ids[0]))


def living(call: Call, account_id: str, *, param: str = "account") -> Json:
    """Raises ApiError 403 for an account that is not there any more, as Stripe does."""
    account = call.store.get("account", account_id, param=param)
    if account.get("deleted"):
        raise ApiError(
            f"The account '{account_id}' does not exist, or access to it was revoked.",
            status=403,
            code="account_invalid",
        )
    return account


def update(call: Call) -> Json:
    account = living(call, call.ids[0])
    changes = {name: call.params[name] for name in ("email", "business_type") if call.get(name)}
    changes["metadata"] = metadata(account["metadata"], call.get("metadata"))
    changes["business_profile"] = account["business_profile"] | call.get("business_profile", {})
    agreement = account["tos_acceptance"]["service_agreement"]
    wanted = dict.fromkeys(_requested(call, agreement), "inactive")
    changes["capabilities"] = wanted | account["capabilities"]
    changes["settings"] = _rescheduled(call, account)
    return change(call, account, standing.of_requested(account | changes))


def _rescheduled(call: Call, account: Json) -> Json:
    given: Json = call.get("settings", {}).get("payouts", {}).get("schedule", {})
    settings: Json = account["settings"]
    payouts = settings["payouts"]
    return settings | {"payouts": payouts | {"schedule": payouts["schedule"] | given}}


def change(call: Call, account: Json, changed: Json) -> Json:
    """Store the account as it is now; ``account.updated`` tells what is not as before."""
    previous = {name: account[name] for name in account if changed[name] != account[name]}
    call.store.save(changed)
    shown = _shown(call, changed)
    call.emit("account.updated", shown, **previous)
    return shown


def become(call: Call, account: Json, status: str) -> Json:
    """Let Stripe's checks of the account end in that standing."""
    call.store.unschedule(account["id"])
    changed = standing.become(account, status, call.now())
    deadline = changed["requirements"]["current_deadline"]
    if deadline is not None:
        call.store.schedule(account["id"], deadline)
    return change(call, account, changed)


def due_change(call: Call, account_id: str) -> Json:
    """What was asked for by a deadline has not come."""
    return become(call, call.store.get("account", account_id), "needs_more")


def delete(call: Call) -> Json:
    """Raises ApiError while there is money in it."""
    account = living(call, call.ids[0])
    if any(any(sums) for sums in balance.totals(call, account["id"]).values()):
        raise ApiError("This account has a balance that is not zero and cannot be deleted.")
    call.store.unschedule(account["id"])
    return call.store.save({"id": account["id"], "object": "account", "deleted": True})


def list_all(call: Call) -> Json:
    listed = page(call, "account", "/v1/accounts", only=_LIVING)
    return listed | {"data": [_shown(call, account) for account in listed["data"]]}


# A deleted one keeps its id and kind, but no country.
_LIVING = (("json_type(body, '$.country') = ?", "text"),)
