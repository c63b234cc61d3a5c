"""What the owner of a connected account tells Stripe, and what Stripe makes of it."""

from payments.sandbox import cards, published_banks
from payments.sandbox.calls import Call
from payments.sandbox.errors import InvalidParameter, Json
from payments.sandbox.resources import accounts, external_accounts
from payments.sandbox.standing import STATUSES


def finish(call: Call, account: Json, status: str, number: str | None) -> Json:
    """Put the account in a standing, and pay it out to this bank account or debit card from now on.

    Raises InvalidParameter for a standing that is none, ApiError for a number that is not for
    tests.
    """
    if status not in STATUSES:
        raise InvalidParameter(f"status is one of {', '.join(STATUSES)}.", param="status")
    if number is not None:
        external_accounts.make_default(call, _added(call, account, number))
    return accounts.become(call, account, status)


def _added(call: Call, account: Json, number: str) -> Json:
    bank = published_banks.by_number(number)
    if bank is not None:
        return external_accounts.add_bank(call, account["id"], bank)
    card = cards.by_number(number)
    return external_accounts.add_card(call, account["id"], card, account["default_currency"], {})


def usual_bank(account: Json) -> str:
    """Return the number of the published bank account that pays in the account's currency."""
    fitting = (b for b in published_banks.BANKS if b.currency == account["default_currency"])
    return next((b.number for b in fitting if b.failure_code is None), "000123456789")
