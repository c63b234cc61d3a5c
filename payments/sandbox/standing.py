"""Where a connected account stands: what it may do, and what Stripe still asks of its owner.

Source: https://docs.stripe.com/connect/handling-api-verification, https://docs.stripe.com/api/accounts/object
"""

from payments.sandbox.errors import Json

STATUSES = ("enabled", "restricted_soon", "needs_more", "restricted", "rejected")
_DOCUMENT = "individual.verification.document"
_AT_FIRST = (
    "business_type external_account individual.address.line1 individual.dob.day"
    " individual.dob.month individual.dob.year individual.first_name individual.last_name"
    " tos_acceptance.date tos_acceptance.ip"
)
# How long an account goes on as before while something is asked for.
_DEADLINE_SECONDS = 14 * 24 * 60 * 60


def nothing_due() -> Json:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": [],
        "disabled_reason": None,
        "errors": [],
        "eventually_due": [],
        "past_due": [],
        "pending_verification": [],
    }


def everything_due() -> Json:
    """Return what a new account lacks."""
    names = _AT_FIRST.split()
    return nothing_due() | {
        "currently_due": names,
        "disabled_reason": "requirements.past_due",
        "eventually_due": names,
        "past_due": names,
    }


def _document_due(deadline: int | None) -> Json:
    late = {} if deadline else {"disabled_reason": "requirements.past_due", "past_due": [_DOCUMENT]}
    return nothing_due() | {
        "current_deadline": deadline,
        "currently_due": [_DOCUMENT],
        "eventually_due": [_DOCUMENT],
        **late,
    }


def become(account: Json, status: str, now: int) -> Json:
    """Return the account in one of STATUSES.

    enabled and restricted_soon may do all that they asked for, the latter until a deadline;
    needs_more waits for its owner, restricted for Stripe, rejected for nothing.
    """
    requirements = {
        "enabled": nothing_due(),
        "restricted_soon": _document_due(now + _DEADLINE_SECONDS),
        "needs_more": _document_due(None),
        "restricted": nothing_due() | {"disabled_reason": "under_review"},
        "rejected": nothing_due() | {"disabled_reason": "rejected.fraud"},
    }[status]
    accepted = account["tos_acceptance"]
    return of_requested(
        account
        | {
            "business_type": account["business_type"] or "individual",
            "details_submitted": True,
            "requirements": requirements,
            "tos_acceptance": accepted | {"date": accepted["date"] or now},
        }
    )


def of_requested(account: Json) -> Json:
    """Return the account with what it may do as its requirements have it."""
    allowed = account["details_submitted"] and account["requirements"]["disabled_reason"] is None
    state = "active" if allowed else "inactive"
    capabilities = dict.fromkeys(account["capabilities"], state)
    return account | {
        "capabilities": capabilities,
        "charges_enabled": capabilities.get("card_payments") == "active",
        "payouts_enabled": allowed,
    }
