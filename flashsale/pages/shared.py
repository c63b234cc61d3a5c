"""What a sale's page shows to everybody alike, kept in each process for SALE_PAGE_CACHE_MS.

In the minute before the opening everybody loads the same page. The sale, its lots, store and
counts are read, and what a group of people share of the page is rendered (pages.groups), once for
all of them. Whatever the clock alone changes is never kept beyond that moment.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.conf import settings

from flashsale import selectors
from flashsale.selectors import SaleView
from socialcommerce.lib.shells import Shell

T = TypeVar("T")
Kept = dict[Any, tuple[float, T]]

# The gate opens by the clock of Redis, and this one may be behind.
CLOCKS_APART: Final = timedelta(seconds=2)

# Pages of some ten KB each. Crowds are at a few sales; whoever walks through all of them must not
# fill the process's memory.
KEPT_MAX: Final = 200

# Whoever finds nothing fresh makes it while the others wait: with all threads of a process making
# the same at once, none would be quicker. No longer than this: one that hangs must not hold up all.
WAIT_SECONDS: Final = 1.0

_views: Kept[SaleView] = {}
_shells: Kept[Shell] = {}
_making = threading.Lock()


def sale(sale_id: int, *, now: datetime) -> SaleView:
    """As selectors.get, with counts and stored state at most SALE_PAGE_CACHE_MS old; the phase
    follows the clock at once. Raises NotFound.
    """
    known = _kept(
        _views,
        sale_id,
        make=lambda: selectors.get(sale_id, now=now),
        holds=lambda view: _is_of(view, now),
    )
    return replace(known, server_now=now)


def may_have_claims(view: SaleView) -> bool:
    """False before the start, when a crowd loads the page and nobody need be asked about."""
    return view.server_now >= view.times.starts_at - CLOCKS_APART


def kept_shell(key: object, make: Callable[[], Shell]) -> Shell:
    """The shell of that key, made at most SALE_PAGE_CACHE_MS ago."""
    return _kept(_shells, key, make=make, holds=lambda _shell: True)


def forget() -> None:
    """The next reader asks PostgreSQL."""
    _views.clear()
    _shells.clear()


def _is_of(known: SaleView, now: datetime) -> bool:
    """No phase has changed by the clock since it was read."""
    until = known.next_change_at
    return known.server_now <= now and (until is None or now < until)


def _kept(kept: Kept[T], key: object, *, make: Callable[[], T], holds: Callable[[T], bool]) -> T:
    """What is kept under `key` and still holds; else it is made, by one at a time."""
    known = _fresh(kept, key, holds)
    if known is not None:
        return known
    is_alone = _making.acquire(timeout=WAIT_SECONDS)
    try:
        # Somebody else may have made it in the meantime.
        return _fresh(kept, key, holds) or _keep(kept, key, make())
    finally:
        if is_alone:
            _making.release()


def _fresh(kept: Kept[T], key: object, holds: Callable[[T], bool]) -> T | None:
    until, known = kept.get(key, (0.0, None))
    return known if known is not None and time.monotonic() < until and holds(known) else None


def _keep(kept: Kept[T], key: object, value: T) -> T:
    if len(kept) >= KEPT_MAX:
        kept.clear()
    kept[key] = (time.monotonic() + settings.SALE_PAGE_CACHE_MS / 1000, value)
    return value
