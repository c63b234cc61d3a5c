"""The published test bank accounts and what becomes of a payout to each of them.

Source: https://docs.stripe.com/connect/testing#account-numbers
"""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedBank:
    """One account number with its token. ``failure_code`` is None where payouts arrive."""

    number: str
    label: str
    token: str = ""
    country: str = "US"
    currency: str = "usd"
    routing: str | None = "110000000"
    failure_code: str | None = None

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"stripe sandbox {self.number}".encode()).hexdigest()[:16]


BANKS = (
    PublishedBank("000123456789", "is paid", "btok_us_verified"),
    PublishedBank(
        "000111111116",
        "does not exist",
        "btok_us_verified_noAccount",
        failure_code="no_account",
    ),
    PublishedBank(
        "000111111113",
        "is closed",
        "btok_us_verified_accountClosed",
        failure_code="account_closed",
    ),
    PublishedBank(
        "000222222227",
        "reports too little money",
        "btok_us_verified_insufficientFunds",
        failure_code="insufficient_funds",
    ),
    PublishedBank(
        "000333333335",
        "allows no such booking",
        "btok_us_verified_debitNotAuthorized",
        failure_code="debit_not_authorized",
    ),
    PublishedBank(
        "000444444440",
        "has another currency",
        "btok_us_verified_invalidCurrency",
        failure_code="invalid_currency",
    ),
    PublishedBank(
        "DE89370400440532013000", "is paid (euro)", country="DE", currency="eur", routing=None
    ),
    PublishedBank(
        "DE62370400440532013001",
        "does not exist (euro)",
        country="DE",
        currency="eur",
        routing=None,
        failure_code="no_account",
    ),
    PublishedBank("00012345", "is paid (pound)", country="GB", currency="gbp", routing="108800"),
    PublishedBank("0001234", "is paid (yen)", country="JP", currency="jpy", routing="1100000"),
)
# What Stripe says of a payout that came back.
FAILURES = {
    "account_closed": "The bank account has been closed.",
    "account_frozen": "The bank account has been frozen.",
    "bank_account_restricted": "The bank account has restrictions on payouts of this kind.",
    "could_not_process": "The bank could not process this payout.",
    "debit_not_authorized": "Debit transactions are not approved on the bank account.",
    "declined": "The bank has declined this payout.",
    "insufficient_funds": "The account has insufficient funds to cover the payout.",
    "invalid_account_number": "The bank account number is not correct.",
    "invalid_currency": "The bank does not take this currency on this account.",
    "no_account": "The bank account could not be located.",
}
_BY_NUMBER = {bank.number: bank for bank in BANKS}
_BY_TOKEN = {bank.token: bank for bank in BANKS if bank.token}
_BY_FINGERPRINT = {bank.fingerprint: bank for bank in BANKS}


def by_number(typed: str) -> PublishedBank | None:
    return _BY_NUMBER.get(typed.replace(" ", "").upper())


def by_token(token: str) -> PublishedBank | None:
    return _BY_TOKEN.get(token)


def by_fingerprint(fingerprint: str) -> PublishedBank | None:
    """Return the bank account; None for a card."""
    return _BY_FINGERPRINT.get(fingerprint)
