"""Letters that are read aloud and typed: Crockford's base 32, without I, L, O and U.

Source: Douglas Crockford, "Base 32", https://www.crockford.com/base32.html
"""

import re
import secrets
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS: Final = 5  # a letter
GROUP: Final = 4  # letters
MISREAD: Final = str.maketrans("ILO", "110")


def new(letters: int) -> str:
    """So many random letters. One call for all of them: batches of a sale make hundreds."""
    bits = secrets.randbits(BITS * letters)
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(0, BITS * letters, BITS))


def grouped(text: str) -> str:
    """As it is shown: "ABCD-EFGH"."""
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def read(typed: str, *, letters: int) -> str:
    """The letters that somebody meant, in whatever case and groups; empty where they are none."""
    plain = re.sub(r"[\s-]", "", typed)
    if not plain.isascii():
        return ""
    plain = plain.upper().translate(MISREAD)
    fits = len(plain) == letters and all(letter in ALPHABET for letter in plain)
    return plain if fits else ""
