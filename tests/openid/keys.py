"""RSA keys for a provider of tests: made when they are needed, strong enough to be believed.

The site only ever checks signatures; signing is written here alone, and guards no secret.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

from accounts.openid.signatures import SHA256_PREFIX

EXPONENT = 65_537
SMALL_PRIMES = [n for n in range(3, 2_000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2))]


@dataclass(frozen=True)
class SigningKey:
    key_id: str
    modulus: int
    private: int

    def published(self) -> dict[str, str]:
        """As a JSON Web Key."""
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.key_id,
            "n": _number(self.modulus),
            "e": _number(EXPONENT),
        }

    def sign(self, message: bytes) -> bytes:
        size = (self.modulus.bit_length() + 7) // 8
        digest = SHA256_PREFIX + hashlib.sha256(message).digest()
        padded = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
        return pow(int.from_bytes(padded, "big"), self.private, self.modulus).to_bytes(size, "big")

    def token(self, claims: dict[str, Any], **header: Any) -> str:
        """A signed token; `header` replaces what would stand in its head."""
        head = {"alg": "RS256", "typ": "JWT", "kid": self.key_id, **header}
        signed = f"{_text(head)}.{_text(claims)}"
        return f"{signed}.{_encode(self.sign(signed.encode()))}"


def make(key_id: str, *, bits: int = 2_048) -> SigningKey:
    """A new key; takes about a second."""
    while True:
        one, other = _prime(bits // 2), _prime(bits // 2)
        if one != other and (one * other).bit_length() == bits:
            private = pow(EXPONENT, -1, (one - 1) * (other - 1))
            return SigningKey(key_id, one * other, private)


def _prime(bits: int) -> int:
    while True:
        # The two highest bits, so that a product of two has all its bits; odd.
        candidate = secrets.randbits(bits) | (3 << (bits - 2)) | 1
        if candidate % EXPONENT != 1 and _is_prime(candidate):
            return candidate


def _is_prime(number: int) -> bool:
    """Miller and Rabin; of numbers this size ten rounds are wrong less often than the machine."""
    if any(number % small == 0 for small in SMALL_PRIMES):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(number, odd, twos) for _round in range(10))


def _passes(number: int, odd: int, twos: int) -> bool:
    power = pow(secrets.randbelow(number - 3) + 2, odd, number)
    if power in (1, number - 1):
        return True
    for _square in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False


def _text(value: dict[str, Any]) -> str:
    return _encode(json.dumps(value).encode())


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _number(value: int) -> str:
    return _encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))
