"""Orders by the hundred, for sales: a fixed number of statements whatever the batch."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F

from shop.models.orders import Order, new_number
from shop.order_states import OrderState
from shop.services import fees
from socialcommerce.lib import arrays, sequences

SQL = Path(__file__).resolve().parent.parent / "sql"
CREATE_HELD = (SQL / "create_held.sql").read_text()

REPAY = """
UPDATE shop_order SET
    payment_id = fact.payment_id,
    state = CASE WHEN fact.payment_id IS NULL THEN 'awaiting_payment' ELSE state END,
    paid_at = CASE WHEN fact.payment_id IS NOT NULL THEN paid_at END,
    ship_by = CASE WHEN fact.payment_id IS NOT NULL THEN ship_by END
FROM unnest(%(ids)s::bigint[], %(payments)s::bigint[]) AS fact (id, payment_id)
WHERE shop_order.id = fact.id
"""


class UnknownVariant(RuntimeError):
    """A row names a variant that is not there: a bug of the caller."""


class HeldOrder(NamedTuple):
    """One order of one variant whose goods are held elsewhere. Amounts in minor units.

    `address` may be the JSON text of one, where the caller has it so: taking it apart for a
    batch only to write it again costs more than the order.
    """

    buyer_id: int
    store_id: int
    variant_id: int
    quantity: int
    unit_price_minor: int
    shipping_minor: int
    currency: str
    address: Mapping[str, str] | str
    origin_reference: str
    pay_by: datetime


class OrderRef(NamedTuple):
    id: int
    number: str


def allot(count: int) -> list[OrderRef]:
    """Ids and numbers of so many orders to be, which no other order gets. One statement.

    Whoever pays an order before it is written can name it already.
    """
    ids = sequences.take("shop_order", count=count)
    return [OrderRef(order_id, new_number()) for order_id in ids]


def create_held(
    rows: Sequence[HeldOrder],
    *,
    now: datetime,
    refs: Sequence[OrderRef] | None = None,
    payments: Mapping[int, int] | None = None,
) -> list[OrderRef]:
    """Orders that await payment, one a row and in row order; those in `payments` (order id ->
    payment id) are paid by it already. No stock moves: a sale's lot has left the stock before.

    `refs` come from `allot`. Two statements, or three without refs; demands a transaction. Raises
    UnknownVariant.
    """
    if not rows:
        return []
    made = list(refs or allot(len(rows)))
    with connection.cursor() as cursor:
        cursor.execute(
            CREATE_HELD,
            {"now": now, **_columns(rows, made, payments or {}), **_fee_columns(rows, now)},
        )
        (lines,) = cursor.fetchone()
    if lines != len(rows):
        raise UnknownVariant(f"{len(rows) - lines} of {len(rows)} rows")
    return made


def _columns(
    rows: Sequence[HeldOrder], refs: Sequence[OrderRef], payments: Mapping[int, int]
) -> dict[str, Any]:
    return {
        "ids": arrays.integers(ref.id for ref in refs),
        "numbers": arrays.words(ref.number for ref in refs),
        "buyers": arrays.integers(row.buyer_id for row in rows),
        "stores": arrays.integers(row.store_id for row in rows),
        "variants": arrays.integers(row.variant_id for row in rows),
        "quantities": arrays.integers(row.quantity for row in rows),
        "prices": arrays.integers(row.unit_price_minor for row in rows),
        "shippings": arrays.integers(row.shipping_minor for row in rows),
        "currencies": arrays.words(row.currency for row in rows),
        "addresses": arrays.texts([_json(row.address) for row in rows]),
        "references": arrays.texts([row.origin_reference for row in rows]),
        "pay_bys": arrays.moments(row.pay_by for row in rows),
        "payments": arrays.optional_integers(payments.get(ref.id) for ref in refs),
    }


def _fee_columns(rows: Sequence[HeldOrder], now: datetime) -> dict[str, str]:
    """By the same rules as any order. A batch is in one currency."""
    terms = fees.terms_of({row.variant_id for row in rows}, currency=rows[0].currency, at=now)
    of_rows = [terms[row.variant_id] for row in rows]
    return {
        "fee_rules": arrays.optional_integers(one.rule_id for one in of_rows),
        "fee_shares": arrays.integers(one.basis_points for one in of_rows),
        "fee_fixed": arrays.integers(one.fixed_minor for one in of_rows),
        "fees": arrays.integers(
            one.of(row.unit_price_minor * row.quantity + row.shipping_minor)
            for one, row in zip(of_rows, rows, strict=True)
        ),
    }


def repay(payments: Mapping[int, int | None]) -> None:
    """Orders (by id) that were written as paid are paid by this payment instead, or await one:
    None. For the transaction that wrote them, before anybody could see them. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            REPAY,
            {
                "ids": arrays.integers(payments),
                "payments": arrays.optional_integers(payments.values()),
            },
        )


def discard(order_ids: Sequence[int]) -> None:
    """These orders and their lines were never there. For the transaction that wrote them, before
    anybody could see them. Two statements.
    """
    ids = arrays.integers(order_ids)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM shop_orderline WHERE order_id = ANY(%s::bigint[])", [ids])
        cursor.execute("DELETE FROM shop_order WHERE id = ANY(%s::bigint[])", [ids])


def _json(address: Mapping[str, str] | str) -> str:
    return address if isinstance(address, str) else json.dumps(dict(address))


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
