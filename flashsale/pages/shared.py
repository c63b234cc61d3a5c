"""What a sale's page shows to everybody alike, kept in each process for SALE_PAGE_CACHE_MS.

In the minute before the opening everybody loads the same page. The sale, its lots, store and
counts are read, and the page around the panel is rendered, once for all of them. Whatever the
clock alone changes is never kept beyond that moment.
"""

import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.conf import settings
from django.utils.translation import get_language

from flashsale import selectors
from flashsale.selectors import SaleView
from socialcommerce.lib import shells
from socialcommerce.lib.shells import Shell

T = TypeVar("T")

# The gate opens by the clock of Redis, and this one may be behind.
CLOCKS_APART: Final = timedelta(seconds=2)

# Pages of some ten KB each. Crowds are at a few sales; whoever walks through all of them must not
# fill the process's memory.
KEPT_MAX: Final = 200

_views: dict[int, tuple[float, SaleView]] = {}
_shells: dict[tuple[Any, ...], tuple[float, Shell]] = {}


def sale(sale_id: int, *, now: datetime) -> SaleView:
    """As selectors.get, with counts and stored state at most SALE_PAGE_CACHE_MS old; the phase
    follows the clock at once. Raises NotFound.
    """
    known = _fresh(_views, sale_id)
    if known is None or not _is_of(known, now):
        known = _keep(_views, sale_id, selectors.get(sale_id, now=now))
    return replace(known, server_now=now)


def may_have_claims(view: SaleView) -> bool:
    """False before the start, when a crowd loads the page and nobody need be asked about."""
    return view.server_now >= view.times.starts_at - CLOCKS_APART


def shell(view: SaleView, *, lot_id: int, is_known: bool) -> Shell:
    """The sale's page around what is personal, in the active language: for a stranger, or for
    somebody who is logged in; `lot_id` is what they reserved, 0 for nothing.
    """
    key = (view.id, view.phase, get_language(), lot_id, is_known)
    return _fresh(_shells, key) or _keep(
        _shells, key, _make(view, lot_id=lot_id, is_known=is_known)
    )


def forget() -> None:
    """The next reader asks PostgreSQL."""
    _views.clear()
    _shells.clear()


def _make(view: SaleView, *, lot_id: int, is_known: bool) -> Shell:
    lot = next((lot for lot in view.lots if lot.id == lot_id), view.lot)
    # Of a SalePage, what many people share.
    page = {"lot": lot, "reservation": lot_id}
    values = {"sale": view, "page": page}
    return shells.make("flashsale/sale.html", values, path=view.url, is_known=is_known)


def _is_of(known: SaleView, now: datetime) -> bool:
    """No phase has changed by the clock since it was read."""
    until = known.next_change_at
    return known.server_now <= now and (until is None or now < until)


def _fresh(kept: dict[Any, tuple[float, T]], key: object) -> T | None:
    until, known = kept.get(key, (0.0, None))
    return known if time.monotonic() < until else None


def _keep(kept: dict[Any, tuple[float, T]], key: object, value: T) -> T:
    if len(kept) >= KEPT_MAX:
        kept.clear()
    kept[key] = (time.monotonic() + settings.SALE_PAGE_CACHE_MS / 1000, value)
    return value
