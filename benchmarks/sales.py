"""The sale that the crowd comes for, put up by an operator as any other."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from accounts.models import User
from accounts.services import people
from flashsale.gate import published
from flashsale.models import Lot, Sale
from flashsale.services import sales
from shop.models import Product, ProductState, StockItem, Store, Variant
from shop.services import stock, stores
from socialcommerce.lib import clock

PRICE_MINOR: Final = 1_000
HOLD_SECONDS: Final = 3_600  # nobody's hold runs out while it is measured
LASTS: Final = timedelta(hours=2)
OPEN_SECONDS: Final = 120.0
LOOK_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True)
class Stage:
    """A sale and its lot."""

    sale_id: int
    lot_id: int
    units: int
    slots: int = 1

    @property
    def reserve_path(self) -> str:
        return f"/sales/{self.sale_id}/reservation/"

    @property
    def claim_path(self) -> str:
        return f"/sales/{self.sale_id}/claim/"

    @property
    def state_path(self) -> str:
        return f"/sales/{self.sale_id}/state"

    @property
    def page_path(self) -> str:
        return f"/sales/{self.sale_id}/"


def draft(*, units: int, now: datetime) -> Stage:
    """A draft with its units on the store's shelf. Its times come with `announce`."""
    variant = shelve(units, now=now)
    sale = Sale.objects.create(
        title="A lamp for a crowd",
        currency=settings.SITE_CURRENCY,
        hold_seconds=HOLD_SECONDS,
        reserve_opens_at=now,
        reserve_closes_at=now + LASTS,
        starts_at=now + LASTS,
        ends_at=now + 2 * LASTS,
        created_at=now,
    )
    lot = Lot.objects.create(
        sale=sale, variant=variant, unit_price_minor=PRICE_MINOR, pledged=units
    )
    return Stage(sale.pk, lot.pk, units)


def shelve(pieces: int, *, now: datetime) -> Variant:
    """So many of a product of their own are on the shelf of the one store."""
    variant = _variant(now)
    stock.adjust(
        variant_id=variant.pk,
        on_hand=pieces,
        reason="delivery for a benchmark",
        actor_id=_operator(now).pk,
        now=now,
    )
    return variant


def announce_reserving(stage: Stage) -> None:
    """Approved, and reservations are open now."""
    _approve(stage)
    wait_until_open(stage)


def announce_starting(stage: Stage, *, in_seconds: float) -> datetime:
    """Approved; reservations close at once and it starts in `in_seconds`: when that is."""
    now = clock.now()
    starts = now + timedelta(seconds=in_seconds)
    Sale.objects.filter(pk=stage.sale_id).update(
        reserve_opens_at=starts - LASTS,
        reserve_closes_at=now + timedelta(seconds=1),
        starts_at=starts,
        ends_at=starts + LASTS,
    )
    _approve(stage)
    wait_until_open(stage)
    return starts


def announce_ready(stage: Stage) -> None:
    """Approved, reservations closed, and a while to go until the start."""
    announce_starting(stage, in_seconds=LASTS.total_seconds())
    Sale.objects.filter(pk=stage.sale_id).update(reserve_closes_at=clock.now())


def wait_until_open(stage: Stage) -> None:
    """The controller has loaded the gate. Raises RuntimeError if it does not."""
    deadline = time.monotonic() + OPEN_SECONDS
    while time.monotonic() < deadline:
        if published.read(stage.sale_id).is_open:
            return
        time.sleep(LOOK_SECONDS)
    raise RuntimeError(f"The gate of sale {stage.sale_id} did not open.")


def _approve(stage: Stage) -> None:
    now = clock.now()
    sales.approve(sale_id=stage.sale_id, by=_operator(now), now=now)


def _operator(now: datetime) -> User:
    found = User.objects.filter(is_operator=True).first()
    if found is None:
        found = people.register(
            email="operator@plaza.example",
            password="never typed by anybody",  # noqa: S106 - nobody logs in with it
            handle="bench_operator",
            name="Operator",
            now=now,
            email_verified=True,
        )
        found.is_operator = True
        found.save(update_fields=["is_operator"])
    return found


def _variant(now: datetime) -> Variant:
    """Of its own for each sale, in the one store."""
    product = Product.objects.create(
        store=_store(now),
        title="Lamp",
        description="Grey.",
        category="home",
        state=ProductState.ACTIVE,
        created_at=now,
    )
    variant = Variant.objects.create(product=product, name="Grey", price_minor=2 * PRICE_MINOR)
    StockItem.objects.get_or_create(variant=variant)
    return variant


def _store(now: datetime) -> Store:
    found = Store.objects.first()
    if found is not None:
        return found
    applied = stores.apply(
        owner=_operator(now), handle="bench_store", name="Lamps", pitch="Lamps.", now=now
    )
    return stores.approve(store_id=applied.pk, now=now)
