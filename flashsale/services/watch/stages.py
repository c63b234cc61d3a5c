"""What a sale's clock asks for once: its list is sealed, its seed shown, its order decided.

Each of these is repeatable after a crash, so the controller asks until it is done.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from flashsale.models import Sale, SaleKind
from flashsale.services import units, waves
from flashsale.services.fairness import draws, openings, seals, secrets


def due(sale: Sale, *, now: datetime) -> Callable[[], object] | None:
    """The next of them whose time has come; None if all are done that can be."""
    if sale.sealed_at is None:
        return partial(seals.seal, sale, now=now) if now >= sale.reserve_closes_at else None
    if not sale.uses_seed:
        return None
    if not sale.seed:
        return partial(seals.reveal, sale, now=now) if now >= secrets.moment(sale) else None
    return _of_draw(sale, now=now) if sale.kind == SaleKind.DRAW else _of_window(sale, now=now)


def _of_window(sale: Sale, *, now: datetime) -> Callable[[], object] | None:
    is_over = sale.allocated_at is None and now >= openings.ends_at(sale)
    return partial(openings.decide, sale, now=now) if is_over else None


def _of_draw(sale: Sale, *, now: datetime) -> Callable[[], object] | None:
    if sale.allocated_at is None:
        return partial(draws.allocate, sale, now=now) if now >= sale.starts_at else None
    offers = waves.current(sale, now=now) is not None and units.any_free(sale)
    return partial(draws.offer_next, sale, now=now) if offers else None
