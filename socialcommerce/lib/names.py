"""Names that people give themselves and their stores: seen as they are, in one line.

A name stands beside prices and other names. Signs of direction would turn those around, signs
without a shape would make two names look alike, and piles of marks would cover the line above.
"""

import unicodedata
from itertools import groupby

from django.utils.translation import gettext_lazy as _

from socialcommerce.lib.problems import Invalid

# Joiners shape Persian, Indic scripts and emoji; they mean something between two signs only.
JOINERS = "\u200c\u200d"
# Letters and signs to Unicode, nothing to the eye: Hangul fillers, the empty Braille pattern.
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
SHAPELESS = frozenset(["Cc", "Cf", "Co", "Cs"])  # controls, format, private, half characters
MARKS_MAX = 4  # on one letter; Vietnamese needs two, pointed Hebrew three


class BadName(Invalid):
    code = "bad-name"
    title = _("That name cannot be used")


def clean(text: str, *, most: int) -> str:
    """The name as it is kept: NFC, one line, no sign that nobody sees. Raises BadName."""
    plain = unicodedata.normalize("NFC", "".join(map(_seen, text)))
    name = " ".join(_without_piles(plain).split()).strip(JOINERS)
    if not any(unicodedata.category(sign)[0] in "LNS" for sign in name):
        raise BadName(_("A name has at least one letter or digit."))
    if len(name) > most:
        raise BadName(_("A name has up to %(most)s characters.") % {"most": most})
    return name


def _seen(sign: str) -> str:
    """The sign, a blank for what parts words, "" for what has no shape."""
    kind = unicodedata.category(sign)
    if kind[0] == "Z" or sign in "\t\n\r":
        return " "
    if sign in JOINERS:
        return sign
    return "" if kind in SHAPELESS or sign in BLANK else sign


def _without_piles(text: str) -> str:
    """At most MARKS_MAX marks in a row."""
    runs = groupby(text, key=lambda sign: unicodedata.category(sign) in ("Mn", "Me"))
    parts = ["".join(signs)[: MARKS_MAX if marks else None] for marks, signs in runs]
    return "".join(parts)
