"""Orders by the hundred, for sales: a fixed number of statements whatever the batch."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import F

from shop.models.orders import Order, new_number
from shop.order_states import OrderState

SQL = Path(__file__).resolve().parent.parent / "sql"
CREATE_HELD = (SQL / "create_held.sql").read_text()
MARK_PAID = (SQL / "mark_paid_many.sql").read_text()


class NotAwaitingPayment(RuntimeError):
    """Orders that should have awaited a payment did not: the caller held no lock on them."""


class UnknownVariant(RuntimeError):
    """A row names a variant that is not there: a bug of the caller."""


@dataclass(frozen=True, slots=True)
class HeldOrder:
    """One order of one variant whose goods are held elsewhere. Amounts in minor units."""

    buyer_id: int
    store_id: int
    variant_id: int
    quantity: int
    unit_price_minor: int
    shipping_minor: int
    currency: str
    address: Mapping[str, str]
    origin_reference: str
    pay_by: datetime


@dataclass(frozen=True, slots=True)
class OrderRef:
    id: int
    number: str


def create_held(rows: Sequence[HeldOrder], *, now: datetime) -> list[OrderRef]:
    """Orders that await payment, one a row and in row order. No stock moves: a sale's lot has
    left the stock already. One statement; demands a transaction.

    Raises UnknownVariant.
    """
    if not rows:
        return []
    numbers = [new_number() for _row in rows]
    with connection.cursor() as cursor:
        cursor.execute(CREATE_HELD, _columns(rows, numbers, now))
        ids: dict[str, int] = {number: order_id for order_id, number in cursor.fetchall()}
    if len(ids) != len(rows):
        raise UnknownVariant(f"{len(rows) - len(ids)} of {len(rows)} rows")
    return [OrderRef(id=ids[number], number=number) for number in numbers]


def _columns(rows: Sequence[HeldOrder], numbers: list[str], now: datetime) -> dict[str, Any]:
    return {
        "now": now,
        "numbers": numbers,
        "buyers": [row.buyer_id for row in rows],
        "stores": [row.store_id for row in rows],
        "variants": [row.variant_id for row in rows],
        "quantities": [row.quantity for row in rows],
        "prices": [row.unit_price_minor for row in rows],
        "shippings": [row.shipping_minor for row in rows],
        "currencies": [row.currency for row in rows],
        "addresses": [json.dumps(dict(row.address)) for row in rows],
        "references": [row.origin_reference for row in rows],
        "pay_bys": [row.pay_by for row in rows],
    }


def mark_paid_many(order_payments: Mapping[int, int], *, now: datetime) -> None:
    """Every order is paid by its payment. The caller holds their locks (or has just made them).

    One statement; demands a transaction. Raises NotAwaitingPayment, and then nothing stands.
    """
    if not order_payments:
        return
    values: dict[str, Any] = {
        "now": now,
        "orders": list(order_payments.keys()),
        "payments": list(order_payments.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(MARK_PAID, values)
        missed = len(order_payments) - cursor.rowcount
    if missed:
        raise NotAwaitingPayment(f"{missed} of {len(order_payments)} orders")


def expire_many(order_ids: Sequence[int], *, now: datetime) -> set[int]:
    """Those that still awaited payment are expired; their ids. Demands a transaction.

    The caller answers for the goods and has locked what stands above the orders.
    """
    del now  # an expiry has no time of its own: pay_by is it
    waiting = Order.objects.filter(pk__in=order_ids, state=OrderState.AWAITING_PAYMENT)
    ids = list(waiting.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    Order.objects.filter(pk__in=ids).update(state=OrderState.EXPIRED)
    return set(ids)


def postpone(order_ids: Sequence[int], *, by: timedelta) -> None:
    """Those that still await payment may be paid so much later. Demands a transaction.

    The caller has locked what stands above the orders.
    """
    waiting = Order.objects.filter(pk__in=order_ids, state=OrderState.AWAITING_PAYMENT)
    waiting.update(pay_by=F("pay_by") + by)
