"""Money in integer minor units with an ISO 4217 currency. No float, no Decimal column."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from babel.numbers import (
    format_currency,
    get_currency_name,
    get_currency_precision,
    list_currencies,
)
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from socialcommerce.lib.problems import Invalid

# The largest amount in one movement: far above any order, far below 2^63 in any sum.
AMOUNT_MAX_MINOR = 10**13
# ISO 4217 keeps this code for tests: rehearsals pay in it.
TEST_CURRENCY: Final = "XTS"
# Babel follows CLDR, which drops digits that are no longer in use; ISO 4217 keeps them, and so do
# banks. Source: ISO 4217 list one. Test money (XTS) has none there; two, as most currencies have.
_EXPONENTS = {
    **dict.fromkeys(("AFN", "ALL", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"), 2),
    **dict.fromkeys(("COP", "CRC", "HUF", "IDR", "IRR", "KPW", "PKR", "TWD", "UZS"), 2),
    TEST_CURRENCY: 2,
    "IQD": 3,
}


class InvalidAmount(Invalid):
    code = "invalid-amount"
    title = _("That is not an amount we can use")


def exponent(currency: str) -> int:
    """Digits after the point, by ISO 4217 (JPY 0, USD 2, KWD 3). Raises InvalidAmount."""
    if currency in _EXPONENTS:
        return _EXPONENTS[currency]
    if currency not in list_currencies():
        raise InvalidAmount(_("There is no such currency."))
    return get_currency_precision(currency)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of one currency."""

    amount_minor: int
    currency: str

    def __str__(self) -> str:
        return format_money(self)


def allocate(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Splits an amount by weights so that the parts sum to it exactly (largest remainder).

    Ties go to the earlier part. Raises ValueError for no weight above zero or a negative one.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("allocate() wants weights of zero or more, one of them above zero.")
    parts = [amount_minor * weight // total for weight in weights]
    remainders = [amount_minor * weight % total for weight in weights]
    order = sorted(range(len(weights)), key=lambda index: (-remainders[index], index))
    for index in order[: amount_minor - sum(parts)]:
        parts[index] += 1
    if sum(parts) != amount_minor:
        raise ArithmeticError(f"{parts} do not sum to {amount_minor}")
    return parts


def basis_points(amount_minor: int, points: int) -> int:
    """`points` hundredths of a per cent of an amount of zero or more, half a unit rounded up."""
    return (amount_minor * points + 5_000) // 10_000


def format_money(money: Money, locale: str | None = None) -> str:
    """As people of the locale write it, with the currency: "$12.50", "12,50 €"."""
    major = Decimal(money.amount_minor).scaleb(-exponent(money.currency))
    return format_currency(
        major, money.currency, locale=locale or to_locale(get_language() or "en")
    )


def currency_name(currency: str) -> str:
    """As people of the moment's language call it: "Japanese Yen (JPY)"."""
    name = get_currency_name(currency, locale=to_locale(get_language() or "en"))
    return f"{name} ({currency})"


def plain_amount(amount_minor: int, currency: str) -> str:
    """The amount as digits with a point, for form fields and files: "12.50"."""
    return format(Decimal(amount_minor).scaleb(-exponent(currency)), "f")


def parse_amount(text: str, currency: str) -> int:
    """Minor units of what a person typed: "12", "12.5", "12.50".

    Raises InvalidAmount for signs, exponents, fractions of a minor unit, other digits than
    0 to 9, and amounts above AMOUNT_MAX_MINOR. Zero is allowed; callers set their minimum.
    """
    digits = exponent(currency)
    whole, point, fraction = text.strip().partition(".")
    if unicodedata.normalize("NFC", text) != text or not (whole + fraction).isascii():
        raise InvalidAmount(_("Please write the amount in plain digits, such as 12.50."))
    if not whole.isdigit() or (point and not fraction.isdigit()):
        raise InvalidAmount(_("Please write the amount in plain digits, such as 12.50."))
    if len(fraction) > digits:
        raise InvalidAmount(
            _("%(currency)s has %(digits)s digits after the point.")
            % {"currency": currency, "digits": digits}
        )
    if len(whole) > len(str(AMOUNT_MAX_MINOR)):
        raise InvalidAmount(_("That amount is too large."))
    amount_minor = int(whole + fraction.ljust(digits, "0"))
    if amount_minor > AMOUNT_MAX_MINOR:
        raise InvalidAmount(_("That amount is too large."))
    return amount_minor
