"""Coupons of a store for tests, set through the service."""

from datetime import timedelta
from typing import Any

from shop.models import Coupon, Store
from shop.services import coupons
from socialcommerce.lib import clock


def make_coupon(store: Store, **changes: Any) -> Coupon:
    """WELCOME: a fifth off, for a week, once for each person; anything can be said otherwise."""
    now = clock.now()
    terms: dict[str, Any] = {
        "code": "WELCOME",
        "basis_points": 2_000,
        "amount_minor": None,
        "minimum_minor": 0,
        "valid_from": now,
        "valid_until": now + timedelta(days=7),
        "uses_max": None,
        "per_person": 1,
        "budget_minor": None,
    }
    return coupons.set_coupon(
        store=store,
        terms=coupons.Terms(**{**terms, **changes}),
        by_id=store.profile.memberships.get().user_id,
        now=now,
    )
