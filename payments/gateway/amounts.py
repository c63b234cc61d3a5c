"""Our minor units (ISO 4217) and Stripe's, which differ for a few currencies.

Source: https://docs.stripe.com/currencies#minor-units
"""

from payments.gateway.errors import UnmappedAmount
from socialcommerce.lib import money

_ZERO_DECIMALS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA"}
    | {"PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
# Charged in thousandths, but the last digit has to be 0.
_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
# Whole units only, and yet written with two decimals, for the sake of older integrations.
_WHOLE_UNITS_IN_HUNDREDTHS = frozenset({"ISK", "UGX"})
# Codes in X are metals, tests and the like, but for these.
_REAL_MONEY_IN_X = frozenset({"XAF", "XCD", "XCG", "XOF", "XPF"})


def to_stripe(amount_minor: int, currency: str) -> int:
    """Return the amount as Stripe writes it.

    Raises UnmappedAmount when the currency is not money, or the amount has no exact form there.
    """
    shift = _decimals(currency) - money.exponent(currency)
    amount = _shifted(amount_minor, shift, currency)
    step = 10 if currency in _THREE_DECIMALS else 1
    if currency in _WHOLE_UNITS_IN_HUNDREDTHS:
        step = 100
    if amount % step:
        raise UnmappedAmount(f"Stripe cannot take {amount_minor} minor units of {currency}.")
    return amount


def from_stripe(amount: int, currency: str) -> int:
    """Return an amount of Stripe's in our minor units. Raises UnmappedAmount."""
    return _shifted(amount, money.exponent(currency) - _decimals(currency), currency)


def _decimals(currency: str) -> int:
    if currency.startswith("X") and currency not in _REAL_MONEY_IN_X:
        raise UnmappedAmount(f"Stripe does not know the currency {currency}.")
    if currency in _ZERO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def _shifted(amount: int, digits: int, currency: str) -> int:
    if digits >= 0:
        return amount * int(10**digits)
    whole, rest = divmod(amount, int(10**-digits))
    if rest:
        raise UnmappedAmount(f"{amount} has no exact form in {currency}.")
    return whole
