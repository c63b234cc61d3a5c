"""What Stripe still asks a merchant for, and why a bank refused a payout, in plain words.

Source: https://docs.stripe.com/connect/handling-api-verification,
https://docs.stripe.com/connect/payouts-connected-accounts#payout-failures
"""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By a part of Stripe's name; the first that fits speaks for it.
_MISSING: tuple[tuple[str, Promise], ...] = (
    ("external_account", _("a bank account that payouts go to")),
    ("tos_acceptance", _("your agreement to the terms of the payment service")),
    ("verification.document", _("a photo of an identity document")),
    ("verification.additional_document", _("a document that shows the address")),
    ("dob", _("a date of birth")),
    ("id_number", _("a national id or tax number of a person")),
    ("ssn_last_4", _("the last four digits of a social security number")),
    ("tax_id", _("the tax number of the business")),
    ("registration_number", _("the registration number of the business")),
    ("address", _("an address")),
    ("email", _("an email address")),
    ("phone", _("a phone number")),
    ("business_type", _("whether you are a business or a person")),
    ("business_profile", _("what the business sells")),
    ("owners", _("who owns the business")),
    ("directors", _("who directs the business")),
    ("name", _("a name")),
)
_SOMETHING = _("something that the payment service names on its page")

_NO_ACCOUNT = _(
    "The bank does not know the account. Check the account number, or bind another account."
)
_ASK_BANK = _(
    "The bank does not take payouts to this account. Ask it why, or bind another account."
)
_PAYOUT_FAILURES: dict[str, Promise] = {
    "account_closed": _("The bank account is closed. Bind another account."),
    "account_frozen": _ASK_BANK,
    "bank_account_restricted": _ASK_BANK,
    "bank_ownership_changed": _("The bank account changed hands. Bind it again."),
    "debit_not_authorized": _ASK_BANK,
    "declined": _ASK_BANK,
    "incorrect_account_holder_name": _(
        "The name on the bank account is another one. Correct it at the payment service."
    ),
    "incorrect_account_number": _NO_ACCOUNT,
    "invalid_account_number": _NO_ACCOUNT,
    "invalid_currency": _(
        "The bank account does not take this currency. Bind an account that does."
    ),
    "no_account": _NO_ACCOUNT,
}
_FAILED = _("The payout did not arrive. Look at your bank details at the payment service.")


def missing(names: Iterable[str]) -> list[str]:
    """Each thing once, in the reader's language, in the order in which Stripe names them."""
    return list(dict.fromkeys(str(_words(name)) for name in names))


def payout_failure(code: str) -> str:
    """Why a payout came back and what to do about it, in the reader's language."""
    return str(_PAYOUT_FAILURES.get(code, _FAILED))


def _words(name: str) -> Promise:
    return next((words for part, words in _MISSING if part in name), _SOMETHING)
