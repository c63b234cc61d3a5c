"""What a crowd sends in the same second, read strictly: reserve, claim, look.

One reading for both ways in: the short one (`door`) and the pages' own (`views.hot`).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from django.conf import settings
from django.urls import reverse

from flashsale import forms, tokens
from flashsale.gate import admission
from flashsale.gate.admission import Answer
from flashsale.tokens import Receipt

PLACE_DAYS: Final = 1

Texts = Mapping[str, str]


class Place(NamedTuple):
    """The cookie that keeps somebody's place in line, so that a loss of Redis does not lose it."""

    name: str
    value: str
    path: str

    @property
    def header(self) -> str:
        """As Set-Cookie says it. Nothing in it needs quotes: digits, dots and base64 for URLs."""
        secure = "; Secure" if settings.SESSION_COOKIE_SECURE else ""
        kept = f"HttpOnly; Max-Age={PLACE_DAYS * 86_400}; Path={self.path}; SameSite=Lax{secure}"
        return f"{self.name}={self.value}; {kept}"


def reserve(form: Texts, *, sale_id: int, network: str) -> Answer:
    """Raises tokens.BadToken, forms.BadChoice; `network` as for admission.reserve."""
    token = tokens.read(form.get("token", ""), sale_id=sale_id)
    return admission.reserve(token, forms.wishes(form), network=network)


def claim(
    form: Texts, cookies: Texts, *, sale_id: int, network: str
) -> tuple[Answer, Place | None]:
    """The answer, and the place it gave. Raises tokens.BadToken, forms.BadSlot."""
    text = form.get("token", "")
    token = tokens.read(text, sale_id=sale_id)
    slot = forms.slot(form.get("slot", ""), slots=token.slots)
    name = place_name(sale_id, slot)
    kept = cookies.get(name)
    answer = admission.claim(
        token,
        slot=slot,
        earlier=tokens.read_receipt(kept, sale_id=sale_id) if kept else None,
        network=network,
        work=tokens.work_shown(text, form.get("nonce", "")),
    )
    return answer, _place(name, answer.receipt) if answer.receipt else None


def look(token_text: str, slot_text: str, *, sale_id: int) -> Answer:
    """Raises tokens.BadToken, forms.BadSlot."""
    token = tokens.read(token_text, sale_id=sale_id)
    return admission.look(token, slot=forms.slot(slot_text, slots=token.slots))


def place_name(sale_id: int, slot: int) -> str:
    return f"sale_{sale_id}_place" if slot == 1 else f"sale_{sale_id}_place_{slot}"


def _place(name: str, receipt: Receipt) -> Place:
    return Place(name, tokens.issue_receipt(receipt), _page_path(receipt.sale_id))


@lru_cache(maxsize=256)
def _page_path(sale_id: int) -> str:
    return reverse("flashsale:sale", args=[sale_id])
