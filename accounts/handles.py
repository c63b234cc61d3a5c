"""The rules of a handle, the name behind the @.

A handle is ASCII, so that a mention in a post is found by the same rule that made the handle,
and so that two handles that look alike in another script cannot stand beside each other.
"""

import re
import unicodedata
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

HANDLE_MIN = 3
HANDLE_MAX = 20
PATTERN = r"^[A-Za-z0-9_]{3,20}$"

# First parts of addresses, and words that a person would take for the site itself.
RESERVED = frozenset(
    [
        "about",
        "abuse",
        "account",
        "accounts",
        "admin",
        "administrator",
        "api",
        "app",
        "billing",
        "checkout",
        "compose",
        "contact",
        "dev",
        "everyone",
        "explore",
        "followers",
        "following",
        "healthz",
        "help",
        "home",
        "info",
        "legal",
        "login",
        "logout",
        "mail",
        "market",
        "media",
        "me",
        "merchant",
        "merchants",
        "moderator",
        "money",
        "none",
        "notifications",
        "null",
        "official",
        "operator",
        "operators",
        "order",
        "orders",
        "owner",
        "pay",
        "payment",
        "payments",
        "plaza",
        "policy",
        "post",
        "posts",
        "privacy",
        "profile",
        "profiles",
        "readyz",
        "refund",
        "refunds",
        "root",
        "safety",
        "sale",
        "sales",
        "search",
        "security",
        "settings",
        "shop",
        "signup",
        "site",
        "staff",
        "static",
        "status",
        "store",
        "stores",
        "stripe",
        "support",
        "system",
        "team",
        "terms",
        "topic",
        "topics",
        "undefined",
        "wallet",
        "webmaster",
    ]
)

# Letters that pass for a digit: a handle of these alone reads as a number, an order's or a code.
DIGIT_TWINS = str.maketrans({"o": "0", "l": "1", "i": "1", "_": ""})


class BadHandle(ValueError):
    """The text cannot be a handle; `reason` says why in a person's words."""

    def __init__(self, reason: "str | StrPromise") -> None:
        super().__init__(str(reason))
        self.reason = reason


def is_one(text: str) -> bool:
    """Whether a profile could have that handle, as far as its letters go."""
    return re.fullmatch(PATTERN, text) is not None


def clean(text: str) -> str:
    """The handle that `text` means: NFKC, without the @ and blanks around it.

    Raises `BadHandle` if it breaks a rule. Whether it is taken only the database knows.
    """
    handle = unicodedata.normalize("NFKC", text).strip().removeprefix("@")
    if not HANDLE_MIN <= len(handle) <= HANDLE_MAX:
        raise BadHandle(_("A handle has 3 to 20 characters."))
    if not is_one(handle):
        raise BadHandle(_("A handle has letters from A to Z, digits and underscores only."))
    folded = handle.casefold()
    if folded in RESERVED:
        raise BadHandle(_("This handle is kept for the site. Please choose another one."))
    if not folded.translate(DIGIT_TWINS).strip("0123456789"):
        raise BadHandle(_("A handle must not read as a number. Add a letter or two."))
    return handle
