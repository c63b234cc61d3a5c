"""What a verdict is bound to: everything that decides how a sale runs."""

import hashlib
import json
from typing import Any, Final

from django.conf import settings

from flashsale.models import Sale
from flashsale.models.sales import RULE_FIELDS, TIME_FIELDS

# Knobs of the site that decide it too: another batch size or lease is another sale.
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
        "fields": {name: getattr(sale, name) for name in RULE_FIELDS},
        "times": [getattr(sale, name).timestamp() for name in TIME_FIELDS],
        "lots": [list(lot) for lot in lots],
        "waves": [[number, opens_at.timestamp()] for number, opens_at in waves],
        "knobs": {name: getattr(settings, name) for name in KNOBS},
    }
