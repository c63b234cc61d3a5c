"""Which amounts Stripe charges, in its own minor units.

Source: https://docs.stripe.com/currencies
"""

from decimal import Decimal

from payments.sandbox.errors import InvalidParameter

_CODES = (
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bhd bif bmd bnd bob brl bsd bwp"
    " byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel"
    " gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd"
    " kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn"
    " nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd"
    " shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf"
    " xcd xof xpf yer zar zmw"
)
_CURRENCIES = frozenset(_CODES.split())
_ZERO_DECIMALS = frozenset(
    {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga"}
    | {"pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"}
)
_THREE_DECIMALS = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
# Zero-decimal in practice, but written with two decimals that have to be 00.
_WHOLE_UNITS_ONLY = frozenset({"isk", "ugx"})
_MINIMUM = {
    "usd": 50, "aed": 200, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250,
    "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000,
    "myr": 200, "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip
_MAXIMUM = 99_999_999


def check_currency(currency: str) -> str:
    """Return the code in lower case. Raises InvalidParameter for one that Stripe does not take."""
    code = currency.lower()
    if code not in _CURRENCIES:
        raise InvalidParameter(f"Invalid currency: {currency}.", param="currency")
    return code


def check_charge(amount: int, currency: str) -> int:
    """Return the amount. Raises InvalidParameter when Stripe would not charge it."""
    if amount < _MINIMUM.get(currency, 1):
        raise InvalidParameter(
            f"Amount must be at least {_MINIMUM.get(currency, 1)} {currency}.",
            code="amount_too_small",
            param="amount",
        )
    if amount > _MAXIMUM:
        raise InvalidParameter(
            f"Amount must be no more than {_MAXIMUM} {currency}.",
            code="amount_too_large",
            param="amount",
        )
    return check_steps(amount, currency)


def check_steps(amount: int, currency: str) -> int:
    """Return the amount. Raises InvalidParameter when its last digits have to be zero and are not.

    Source: https://docs.stripe.com/currencies#three-decimal
    """
    step = 10 if currency in _THREE_DECIMALS else 100 if currency in _WHOLE_UNITS_ONLY else 1
    if amount % step:
        raise InvalidParameter(
            f"Invalid amount: in {currency} it has to be a multiple of {step}.",
            code="invalid_charge_amount",
            param="amount",
        )
    return amount


def written(amount: int, currency: str) -> str:
    """Return the amount as a person reads it: 1250 of usd is "12.50 USD"."""
    digits = 0 if currency in _ZERO_DECIMALS else 3 if currency in _THREE_DECIMALS else 2
    return f"{Decimal(amount).scaleb(-digits)} {currency.upper()}"


def processing_fee(amount: int) -> int:
    """Return 2.9 % and 30 minor units, rounded half up: Stripe's list price in the USA."""
    return (amount * 29 + 500) // 1000 + 30
