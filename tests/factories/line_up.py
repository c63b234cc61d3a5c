"""Sellers, programmes and offers made up for tests."""

from datetime import datetime, time, timedelta
from typing import Any

from accounts.models import User
from flashsale.models import Programme, Sale, Slot, Submission
from flashsale.services import sales as approving
from flashsale.services.line_up import drops, programmes, submissions
from shop.models import Store, Variant
from socialcommerce.lib import clock
from tests.factories import flashsale as sales
from tests.factories import shop as make
from tests.factories.accounts import UserFactory


def seller_store(owner: User, *, name: str = "Paper Moon", open_days: int = 30) -> Store:
    """An open store of that owner, approved so many days ago."""
    approved_at = clock.now() - timedelta(days=open_days)
    return make.make_store(owner, name=name, approved_at=approved_at)


def offer(variant: Variant, **fields: Any) -> submissions.Offer:
    usual: dict[str, Any] = {
        "variant_id": variant.pk,
        "title": "Fifty signed postcards",
        "blurb": "By hand.",
        "units": 5,
        "unit_price_minor": 900,
    }
    return submissions.Offer(**{**usual, **fields})


def submit(by: User, variant: Variant, **fields: Any) -> Submission:
    return submissions.submit(offer=offer(variant, **fields), by=by, now=clock.now())


def wish(variant: Variant, **fields: Any) -> drops.Wish:
    usual: dict[str, Any] = {
        "variant_id": variant.pk,
        "title": "Five books in an hour",
        "blurb": "",
        "units": 5,
        "unit_price_minor": 1_500,
        "starts_at": clock.now() + timedelta(hours=2),
        "lasts_minutes": 60,
    }
    return drops.Wish(**{**usual, **fields})


def announced_sale(variant: Variant, *, units: int = 2) -> Sale:
    """Approved; reservations open in an hour, it starts in three."""
    hour = 3_600
    sale = sales.draft_sale(
        variant=variant, units=units, opens_in=hour, closes_in=2 * hour, starts_in=3 * hour
    )
    return approve(sale)


def approve(sale: Sale) -> Sale:
    operator = UserFactory.create(is_operator=True)
    return approving.approve(sale_id=sale.pk, by=operator, now=clock.now())


def empty_slot(*, days: int = 3, **fields: Any) -> Slot:
    """A slot of a daily programme at 21:00, so many days from now."""
    usual: dict[str, Any] = {"name": "Evening", "local_time": time(21)}
    Programme.objects.create(**{**usual, **fields})
    now: datetime = clock.now()
    programmes.plan(now=now)
    found: Slot = Slot.objects.filter(starts_at__gt=now + timedelta(days=days - 1)).order_by(
        "starts_at"
    )[0]
    return found
