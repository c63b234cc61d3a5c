"""Countries by ISO 3166-1 alpha-2, with their names from the Unicode CLDR (babel)."""

import re
from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language, to_locale

ALPHA_2 = re.compile("[A-Z]{2}")  # CLDR names continents and regions too, by number
# In CLDR's list of territories but no ISO 3166-1 country: outlying parts, unions, test codes.
NOT_COUNTRIES = frozenset(
    ["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"]
)


def choices() -> list[tuple[str, str]]:
    """(code, name) in the person's language, by name."""
    return _choices(to_locale(get_language() or "en"))


def name(code: str) -> str:
    """The country's name in the person's language; the code itself for none of ours."""
    return dict(choices()).get(code, code)


def is_country(code: str) -> bool:
    return code in dict(_choices("en"))


@lru_cache(maxsize=16)
def _choices(locale: str) -> list[tuple[str, str]]:
    named = {str(code): str(name) for code, name in Locale.parse(locale).territories.items()}
    found = [pair for pair in named.items() if ALPHA_2.fullmatch(pair[0])]
    countries = [pair for pair in found if pair[0] not in NOT_COUNTRIES]
    return sorted(countries, key=lambda pair: pair[1])
