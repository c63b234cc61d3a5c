"""Limits and minimums are set in the site's currency. What they are about in another one."""

from decimal import Decimal

from django.conf import settings

from socialcommerce.lib.money import exponent


def about(amount_minor: int, currency: str) -> int:
    """A bound of the site's in minor units of that currency, rounded down, by what
    STORE_CURRENCIES says that a unit is worth; as many whole units where it says nothing. For
    bounds alone: no price and no payment is ever converted.
    """
    digits = exponent(currency) - exponent(settings.SITE_CURRENCY)
    units: Decimal = settings.STORE_CURRENCIES.get(currency, Decimal(1))
    return int((amount_minor * units).scaleb(digits))
