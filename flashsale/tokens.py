"""What a person carries: the sale token, the ticket of a claim and the receipt of a place.

All are HMACs under a key of their own derived from SECRET_KEY, so the hot views verify them in
process. A sale token is issued to a signed-in person on the sale's page only; no other site can
know it or make one, which is why the views that take it need no further proof of intent.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from socialcommerce.lib.problems import Problem

FOR_SALE: Final = "sale"
FOR_PLACE: Final = "place"
TEXT_MAX: Final = 200  # characters; far above any token of ours
NUMBER_MAX: Final = 2**63 - 1
NONCE_DIGITS_MAX: Final = 16
WAITING: Final = 9  # the "wave" of what the waiting list is offered


class BadToken(Problem):
    """Forged, of another sale, or made before the site changed its key."""

    code = "bad-sale-token"
    status = 403
    title = _("Please load the sale's page again: this form is not valid any more")


@dataclass(frozen=True, slots=True)
class SaleToken:
    """Who may act in which sale. `number` and `lot_id` are 0 until a reservation is committed."""

    sale_id: int
    person_id: int
    number: int
    lot_id: int
    slots: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """Somebody was in line in `epoch` at `at_us` (Redis time in microseconds)."""

    sale_id: int
    ticket: str
    epoch: int
    at_us: int


def issue(token: SaleToken) -> str:
    parts = (token.sale_id, token.person_id, token.number, token.lot_id, token.slots)
    return _sign(FOR_SALE, ".".join(map(str, parts)))


def read(text: str, *, sale_id: int) -> SaleToken:
    """The token if this site issued it for this sale. Raises BadToken."""
    values = [_number(part) for part in _verified(FOR_SALE, text).split(".")]
    if len(values) != 5 or values[0] != sale_id:
        raise BadToken
    return SaleToken(*values)


def issue_receipt(receipt: Receipt) -> str:
    parts = (receipt.sale_id, receipt.ticket, receipt.epoch, receipt.at_us)
    return _sign(FOR_PLACE, ".".join(map(str, parts)))


def read_receipt(text: str, *, sale_id: int) -> Receipt | None:
    """The receipt if this site gave it in this sale; None for anything else. Whose it is, its
    ticket says.
    """
    try:
        sale, ticket, epoch, at_us = _verified(FOR_PLACE, text).split(".")
    except (BadToken, ValueError):
        return None
    return Receipt(sale_id, ticket, int(epoch), int(at_us)) if int(sale) == sale_id else None


def ticket(*, sale_id: int, number: int, slot: int, wave: int = 0) -> str:
    """32 hexadecimal digits, the same for the same reservation, slot and wave, for ever.

    `wave` is 0 for the sale itself, 1 to 5 for its waves, WAITING for the list after the last.
    """
    return _digest("ticket", f"{sale_id}.{number}.{slot}.{wave}")[:16].hex()


def reservation_ticket(*, sale_id: int, person_id: int) -> str:
    """Under which the gate says what became of a person's reservation."""
    return _digest("reservation", f"{sale_id}.{person_id}")[:16].hex()


def work_shown(text: str, nonce: str) -> int:
    """How many leading zero bits SHA-256 of "<token>.<nonce>" has: the work that finding the
    nonce took. No nonce, or one that is no short number, shows none.
    """
    if not (nonce.isascii() and nonce.isdigit() and len(nonce) <= NONCE_DIGITS_MAX):
        return 0
    digest = hashlib.sha256(f"{text}.{nonce}".encode()).digest()
    return 256 - int.from_bytes(digest, "big").bit_length()


@cache
def _key(purpose: str, secret: str) -> bytes:
    return hmac.digest(secret.encode(), f"flashsale.{purpose}".encode(), hashlib.sha256)


def _digest(purpose: str, text: str) -> bytes:
    return hmac.digest(_key(purpose, settings.SECRET_KEY), text.encode(), hashlib.sha256)


def _sign(purpose: str, body: str) -> str:
    signature = base64.urlsafe_b64encode(_digest(purpose, body)).decode().rstrip("=")
    return f"{body}.{signature}"


def _verified(purpose: str, text: str) -> str:
    if not text.isascii() or len(text) > TEXT_MAX:
        raise BadToken
    body = text.rpartition(".")[0]
    if not body or not hmac.compare_digest(_sign(purpose, body), text):
        raise BadToken
    return body


def _number(text: str) -> int:
    # Signed by us, so it was a number; a changed format of ours must still not crash a view.
    if not text.isdigit() or int(text) > NUMBER_MAX:
        raise BadToken
    return int(text)
