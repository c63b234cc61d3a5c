"""The published test cards and what each of them does.

No other number is accepted, so nobody can type a real card into a development page, and none is
ever stored: a card is recognised afterwards by its fingerprint.
Source: https://docs.stripe.com/testing
"""

import datetime
import hashlib
from dataclasses import dataclass
from enum import StrEnum

from payments.sandbox.errors import CardDeclined, InvalidParameter, Json


class Authentication(StrEnum):
    NEVER = "never"
    UNLESS_SET_UP = "unless_set_up"  # off-session use is free of it once the card was set up
    ALWAYS = "always"


class RefundCourse(StrEnum):
    AT_ONCE = "at_once"
    PENDING_THEN_SUCCEEDS = "pending_then_succeeds"
    SUCCEEDS_THEN_FAILS = "succeeds_then_fails"


@dataclass(frozen=True)
class PublishedCard:
    """One published number: its tokens, its looks, and how charges, set-ups and refunds go."""

    number: str
    tokens: tuple[str, ...]
    label: str
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    code: str | None = None
    decline_code: str | None = None
    declines_setup: bool = True
    authentication: Authentication = Authentication.NEVER
    refund: RefundCourse = RefundCourse.AT_ONCE

    @property
    def fingerprint(self) -> str:
        return _fingerprint(self.number)

    def decline(self) -> Json | None:
        """Return the error that a charge of this card meets, without the objects involved."""
        if self.code is None:
            return None
        return decline_error(self.code, self.decline_code)


def _fingerprint(number: str) -> str:
    return hashlib.sha256(f"stripe sandbox {number}".encode()).hexdigest()[:16]


_MESSAGES = {
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}
_PARAMS = {"expired_card": "exp_month", "incorrect_cvc": "cvc"}


def decline_error(code: str, decline_code: str | None) -> Json:
    """Return a card error in the shape of ``last_payment_error``."""
    reason = decline_code or code
    error: Json = {
        "type": "card_error",
        "code": code,
        "message": _MESSAGES.get(reason, "Your card was declined."),
        "doc_url": f"https://docs.stripe.com/error-codes#{code.replace('_', '-')}",
    }
    if decline_code is not None:
        error["decline_code"] = decline_code
    if code in _PARAMS:
        error["param"] = _PARAMS[code]
    return error


CARDS = (
    PublishedCard("4242424242424242", ("pm_card_visa",), "pays"),
    PublishedCard("4000056655665556", ("pm_card_visa_debit",), "pays (debit)", funding="debit"),
    PublishedCard("5555555555554444", ("pm_card_mastercard",), "pays", brand="mastercard"),
    PublishedCard("378282246310005", ("pm_card_amex",), "pays", brand="amex"),
    PublishedCard("4000002760000016", ("pm_card_de",), "pays (Germany)", country="DE"),
    PublishedCard("4000003920000003", ("pm_card_jp",), "pays (Japan)", country="JP"),
    PublishedCard(
        "4000000000000002",
        ("pm_card_visa_chargeDeclined", "pm_card_chargeDeclined"),
        "is declined",
        code="card_declined",
        decline_code="generic_decline",
    ),
    PublishedCard(
        "4000000000009995",
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "pm_card_chargeDeclinedInsufficientFunds"),
        "has too little money",
        code="card_declined",
        decline_code="insufficient_funds",
    ),
    PublishedCard(
        "4000000000009987",
        ("pm_card_visa_chargeDeclinedLostCard",),
        "is reported lost",
        code="card_declined",
        decline_code="lost_card",
    ),
    PublishedCard(
        "4000000000000069",
        ("pm_card_chargeDeclinedExpiredCard",),
        "has expired",
        code="expired_card",
        decline_code="expired_card",
    ),
    PublishedCard(
        "4000000000000127",
        ("pm_card_chargeDeclinedIncorrectCvc",),
        "fails the security code check",
        code="incorrect_cvc",
        decline_code="incorrect_cvc",
    ),
    PublishedCard(
        "4000000000000119",
        ("pm_card_chargeDeclinedProcessingError",),
        "meets a processing error",
        code="processing_error",
        decline_code="processing_error",
    ),
    PublishedCard(
        "4000000000000341",
        ("pm_card_chargeCustomerFail",),
        "can be bound, then declines every charge",
        code="card_declined",
        decline_code="generic_decline",
        declines_setup=False,
    ),
    PublishedCard(
        "4000002500003155",
        ("pm_card_authenticationRequiredOnSetup",),
        "asks for 3-D Secure until it is set up",
        authentication=Authentication.UNLESS_SET_UP,
    ),
    PublishedCard(
        "4000002760003184",
        ("pm_card_authenticationRequired",),
        "asks for 3-D Secure every time",
        authentication=Authentication.ALWAYS,
    ),
    PublishedCard(
        "4000000000003220",
        ("pm_card_threeDSecure2Required",),
        "asks for 3-D Secure 2 every time",
        authentication=Authentication.ALWAYS,
    ),
    PublishedCard(
        "4000008260003178",
        ("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",),
        "asks for 3-D Secure, then has too little money",
        code="card_declined",
        decline_code="insufficient_funds",
        declines_setup=False,
        authentication=Authentication.ALWAYS,
    ),
    PublishedCard(
        "4000000000007726",
        ("pm_card_pendingRefund",),
        "pays; its refunds are pending at first",
        refund=RefundCourse.PENDING_THEN_SUCCEEDS,
    ),
    PublishedCard(
        "4000000000005126",
        ("pm_card_refundFail",),
        "pays; its refunds fail later",
        refund=RefundCourse.SUCCEEDS_THEN_FAILS,
    ),
)

_BY_NUMBER = {card.number: card for card in CARDS}
_BY_FINGERPRINT = {card.fingerprint: card for card in CARDS}
_BY_TOKEN = {token: card for card in CARDS for token in card.tokens}


def by_token(token: str) -> PublishedCard | None:
    """Return the card of a published ``pm_card_...`` name, or of its ``tok_...`` twin."""
    return _BY_TOKEN.get(
        token.replace("tok_", "pm_card_", 1) if token.startswith("tok_") else token
    )


def of_payment_method(method: Json) -> PublishedCard:
    return _BY_FINGERPRINT[method["card"]["fingerprint"]]


def by_number(typed: str) -> PublishedCard:
    """Return the card with this number.

    Raises InvalidParameter (402-shaped card errors) for a number that is wrong or not for tests.
    """
    number = typed.replace(" ", "").replace("-", "")
    if not (number.isascii() and number.isdigit() and 12 <= len(number) <= 19 and _luhn(number)):
        raise CardDeclined(
            {
                "code": "incorrect_number",
                "message": "Your card number is incorrect.",
                "param": "number",
            }
        )
    card = _BY_NUMBER.get(number)
    if card is None:
        raise CardDeclined(
            {
                "code": "card_declined",
                "decline_code": "test_mode_live_card",
                "message": "Your card was declined. Only the published test cards work here.",
                "param": "number",
            }
        )
    return card


def _luhn(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0


def check_expiry(month: int, year: int) -> None:
    """Raises CardDeclined when the month does not exist or has passed."""
    today = datetime.datetime.now(datetime.UTC).date()
    if not 1 <= month <= 12:
        raise CardDeclined(
            {
                "code": "invalid_expiry_month",
                "param": "exp_month",
                "message": "Your card's expiration month is invalid.",
            }
        )
    if not today.year - 1 < year + 1 <= today.year + 51 or (year, month) < (
        today.year,
        today.month,
    ):
        raise CardDeclined(
            {
                "code": "invalid_expiry_year",
                "param": "exp_year",
                "message": "Your card's expiration date is in the past or invalid.",
            }
        )


def check_cvc(cvc: str, card: PublishedCard) -> None:
    """Raises CardDeclined when the security code cannot be one."""
    length = 4 if card.brand == "amex" else 3
    if not (cvc.isascii() and cvc.isdigit() and len(cvc) == length):
        raise CardDeclined(
            {
                "code": "invalid_cvc",
                "param": "cvc",
                "message": f"The security code has {length} digits on this card.",
            }
        )


def reject_untested(card: Json) -> None:
    """Raises InvalidParameter when a card comes as neither a number nor a token."""
    if "number" not in card and "token" not in card:
        raise InvalidParameter(
            "Missing required param: card[number].", code="parameter_missing", param="card[number]"
        )
