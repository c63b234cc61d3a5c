"""What a verdict is bound to: everything that decides how a sale runs."""

import hashlib
import json
from typing import Any, Final

from django.conf import settings

from flashsale.models import Sale

# Rows first, then the knobs of the site: another batch size or lease is another sale.
FIELDS: Final = (
    "kind",
    "slots",
    "opening_window_ms",
    "per_address_limit",
    "per_card_limit",
    "work_bits",
    "pass_weight",
    "hold_seconds",
)
TIMES: Final = ("reserve_opens_at", "reserve_closes_at", "starts_at", "ends_at")
KNOBS: Final = ("SALE_LEASE_MS", "SALE_DRAIN_BATCH", "SALE_RESTORE_SECONDS", "SALE_STATE_CACHE_MS")


def hash_of(sale: Sale) -> str:
    """64 hexadecimal digits, the same until something changes that decides how the sale runs.

    Two queries. Words that people read (title, blurb) are no part of it.
    """
    said = json.dumps(_said(sale), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def _said(sale: Sale) -> dict[str, Any]:
    lots = sale.lots.order_by("pk").values_list("variant_id", "unit_price_minor", "pledged")
    waves = sale.waves.order_by("number").values_list("number", "opens_at")
    return {
        "fields": {name: getattr(sale, name) for name in FIELDS},
        "times": [getattr(sale, name).timestamp() for name in TIMES],
        "lots": [list(lot) for lot in lots],
        "waves": [[number, opens_at.timestamp()] for number, opens_at in waves],
        "knobs": {name: getattr(settings, name) for name in KNOBS},
    }
