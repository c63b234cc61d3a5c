"""Published test cards by number and by name, and what can be wrong with one that is typed.

No other number is accepted, so nobody can type a real card into a development page, and none is
ever stored: a card is recognised afterwards by its fingerprint.
"""

import datetime

from payments.sandbox.errors import CardDeclined, InvalidParameter, Json
from payments.sandbox.published_cards import CARDS, PublishedCard

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


def check_expiry(month: int, year: int, today: datetime.date) -> None:
    """Raises CardDeclined when the month does not exist or has passed."""
    if not 1 <= month <= 12:
        raise CardDeclined(
            {
                "code": "invalid_expiry_month",
                "param": "exp_month",
                "message": "Your card's expiration month is invalid.",
            }
        )
    if year > today.year + 50 or (year, month) < (today.year, today.month):
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
