"""A store's statement: its money from the ledger, told by order, down to the cent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Sum

from payments.models import Reserve
from payments.statements import Line, MoneyStatement, Period, money_statement
from shop.models import Order, OrderLine, Store
from shop.receivers import order_id_of
from socialcommerce.lib.money import plain_amount

ROWS_SHOWN: Final = 200  # on the page; the file has all
HEADINGS: Final = (
    "what", "reference", "date", "goods", "shipping", "discount", "sold", "fee", "refunds",
    "disputes", "other", "paid_out", "net", "in_reserve", "vat_percent", "currency",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order in the period, placed for goods, shipping and discount, which is zero or below;
    `reserve_minor` is what of it still waits today.
    """

    order_id: int
    number: str
    placed_at: datetime
    goods_minor: int
    shipping_minor: int
    discount_minor: int
    vat_basis_points: int | None
    reserve_minor: int
    line: Line


@dataclass(frozen=True, slots=True)
class StoreStatement:
    """`others` are payouts and whatever else is no order's."""

    store: Store
    money: MoneyStatement
    orders: tuple[OrderRow, ...]
    others: tuple[Line, ...]


def store_statement(store: Store, period: Period) -> StoreStatement:
    """Six queries, however many orders."""
    money = money_statement(store.profile_id, currency=store.currency, period=period)
    by_order: dict[int, Line] = {}
    others: list[Line] = []
    for line in money.lines:
        order_id = order_id_of(line.reference)
        if order_id is None:
            others.append(line)
        else:
            by_order[order_id] = line
    return StoreStatement(store, money, tuple(_order_rows(store, by_order)), tuple(others))


def _order_rows(store: Store, by_order: dict[int, Line]) -> Iterator[OrderRow]:
    orders = Order.objects.filter(store=store, pk__in=by_order).order_by("created_at", "pk")
    rates = dict(
        OrderLine.objects.filter(order__store=store, order__in=by_order).values_list(
            "order_id", "vat_basis_points"
        )
    )
    payment_ids = {order.payment_id for order in orders}
    waiting = Reserve.objects.filter(payment__in=payment_ids, released_at__isnull=True)
    kept = dict(waiting.values_list("payment_id").annotate(minor=Sum("amount_minor")))
    for order in orders:
        yield OrderRow(
            order_id=order.pk,
            number=order.number,
            placed_at=order.created_at,
            goods_minor=order.subtotal_minor,
            shipping_minor=order.shipping_minor,
            discount_minor=-order.discount_minor,
            vat_basis_points=rates.get(order.pk),
            reserve_minor=kept.get(order.payment_id, 0),
            line=by_order[order.pk],
        )


def as_rows(statement: StoreStatement) -> Iterator[Sequence[str]]:
    """Opening, orders, the rest, closing: amounts in major units with a point, UTC times."""
    currency = statement.money.currency
    period = statement.money.period
    yield HEADINGS
    yield _balance("opening", period.since, statement.money.opening.total_minor, currency)
    for row in statement.orders:
        yield _order_fields(row, currency)
    for line in statement.others:
        yield ("other", line.reference, _time(line.last_at), "", "", "", *_figures(line, currency))
    yield _balance("closing", period.until, statement.money.closing.total_minor, currency)


def _order_fields(row: OrderRow, currency: str) -> Sequence[str]:
    rate = "" if row.vat_basis_points is None else per_cent(row.vat_basis_points)
    placed_for = (row.goods_minor, row.shipping_minor, row.discount_minor)
    figures = _figures(row.line, currency)
    reserve = plain_amount(row.reserve_minor, currency)
    return (
        "order", row.number, _time(row.placed_at),
        *(plain_amount(minor, currency) for minor in placed_for), *figures[:7], reserve, rate,
        currency,
    )  # fmt: skip


def per_cent(basis_points: int) -> str:
    """Hundredths of a percent as people write percent: "19.00"."""
    return f"{basis_points // 100}.{basis_points % 100:02}"


def _figures(line: Line, currency: str) -> Sequence[str]:
    minors = (
        line.sold_minor,
        line.fee_minor,
        line.refunded_minor,
        line.disputed_minor,
        line.other_minor,
        line.paid_out_minor,
        line.net_minor,
    )
    return (*(plain_amount(minor, currency) for minor in minors), "", "", currency)


def _balance(what: str, at: datetime, total_minor: int, currency: str) -> Sequence[str]:
    total = plain_amount(total_minor, currency)
    return (what, "", _time(at), *[""] * 9, total, "", "", currency)


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
