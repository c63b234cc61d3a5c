"""RS256, looked at with the public key alone: the one signature that every provider knows.

Nothing secret is computed with, so plain arithmetic does. Source: RFC 8017, 8.2.2 and 9.2;
OpenID Connect Core 15.1 has every provider offer RS256.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from accounts.openid.errors import Rejected

BITS_MIN: Final = 2_048  # RFC 7518, 3.3
BITS_MAX: Final = 8_192  # more would only cost time
EXPONENT_MAX: Final = 2**32
# The DER prefix that says: what follows is a SHA-256 digest. RFC 8017, 9.2, note 1.
SHA256_PREFIX: Final = bytes.fromhex("3031300d060960864801650304020105000420")
BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*")


def check(message: bytes, signature: bytes, *, key: Mapping[str, Any]) -> None:
    """The holder of that JSON Web Key has signed the message. Raises Rejected."""
    modulus, exponent = _number(key.get("n")), _number(key.get("e"))
    if not BITS_MIN <= modulus.bit_length() <= BITS_MAX or not 3 <= exponent <= EXPONENT_MAX:
        raise Rejected("The provider's key is not one to rely on.")
    size = (modulus.bit_length() + 7) // 8
    number = int.from_bytes(signature, "big")
    if len(signature) != size or number >= modulus:
        raise Rejected("The signature does not fit the key.")
    if pow(number, exponent, modulus).to_bytes(size, "big") != _padded(message, size):
        raise Rejected("The signature is not the provider's.")


def choose(keys: object, *, key_id: object) -> Mapping[str, Any]:
    """The RSA key of that id; without an id the only one there is. Raises Rejected."""
    listed = keys if isinstance(keys, Sequence) and not isinstance(keys, str) else ()
    usable = [
        key
        for key in listed
        if isinstance(key, Mapping)
        and key.get("kty") == "RSA"
        and key.get("use", "sig") == "sig"
        and key.get("alg", "RS256") == "RS256"
    ]
    found = [key for key in usable if key.get("kid") == key_id] if key_id is not None else usable
    if len(found) != 1:
        raise Rejected("The provider does not publish the key it signed with.")
    return found[0]


def decode(text: str) -> bytes:
    """base64url without padding (RFC 7515, 2). Raises Rejected."""
    if not BASE64URL.fullmatch(text):
        raise Rejected("That is not base64url.")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise Rejected("That is not base64url.") from error


def _padded(message: bytes, size: int) -> bytes:
    digest = SHA256_PREFIX + hashlib.sha256(message).digest()
    return b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest


def _number(text: object) -> int:
    return int.from_bytes(decode(text), "big") if isinstance(text, str) else 0
