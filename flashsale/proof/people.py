"""Names in the public record that only the site and the person themselves can read."""

import hashlib
import hmac
from functools import cache

from django.conf import settings


def pseudonym(sale_id: int, person_id: int) -> str:
    """32 hexadecimal digits, the same within one sale and unrelated between two.

    An HMAC, so that nobody can try out people's ids until one fits.
    """
    text = f"{sale_id}.{person_id}".encode()
    return hmac.digest(_key(settings.SECRET_KEY), text, hashlib.sha256)[:16].hex()


def line(*, number: int, pseudonym: str, lot_id: int, weight: int) -> str:
    """A reservation as it stands in the sealed list: what its leaf is the hash of."""
    return f"{number},{pseudonym},{lot_id},{weight}"


@cache
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"flashsale.pseudonym", hashlib.sha256)
