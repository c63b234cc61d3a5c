"""The life of an order after it was placed. Every move is a compare-and-set under its lock.

Moves that need the outside world (a card payment to cancel, a refund to send) do that before
or after the transaction, never in it.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from payments.models import Payment, Refund
from payments.payment_states import OPEN
from payments.services import charges, escrow, refunds
from payments.services.disputing import refusals
from shop import events
from shop.models import Order, OrderOrigin
from shop.order_states import TRANSITIONS, OrderState
from shop.services import coupons, fees, news, stock
from shop.services.bulk_orders import (
    HeldOrder,
    OrderRef,
    allot,
    create_held,
    discard,
    expire_many,
    repay,
)
from socialcommerce.lib.problems import Conflict, NotFound

__all__ = [
    "HeldOrder",
    "NotNow",
    "OrderRef",
    "allot",
    "cancel",
    "confirm_receipt",
    "create_held",
    "discard",
    "expire",
    "expire_many",
    "lock",
    "mark_paid",
    "move",
    "of_buyer",
    "release",
    "repay",
    "return_money",
    "ship",
]


class NotNow(Conflict):
    """The order is in another state by now; `state` says which."""

    code = "order-state"
    title = _("The order has moved on")

    def __init__(self, order: Order) -> None:
        super().__init__(
            _("It is now: %(state)s.") % {"state": order.get_state_display()},
            next_url=order.get_absolute_url(),
            next_label=_("Look at the order"),
            state=order.state,
        )


def of_buyer(*, buyer: Profile, number: str) -> Order:
    """The buyer's order of that number. Raises NotFound, also for somebody else's."""
    order = (
        Order.objects.filter(buyer=buyer, number=number)
        .select_related("store__profile", "payment")
        .first()
    )
    if order is None:
        raise NotFound(_("There is no such order among yours."))
    return order


def lock(order_id: int) -> Order:
    """The order, locked; higher apps have locked theirs first. Demands a transaction."""
    events.order_locking.send(sender=Order, order_id=order_id)
    return (
        Order.objects.select_for_update(no_key=True, of=("self",))
        .select_related("store__profile")
        .get(pk=order_id)
    )


def move(order: Order, new: OrderState, **fields: object) -> None:
    """The order is `new`. Raises NotNow if the table or a rival says otherwise."""
    old = OrderState(order.state)
    if new not in TRANSITIONS.moves[old]:
        raise NotNow(order)
    if Order.objects.filter(pk=order.pk, state=old).update(state=new, **fields) != 1:
        order.refresh_from_db(fields=["state"])
        raise NotNow(order)
    order.state = new
    for name, value in fields.items():
        setattr(order, name, value)


def mark_paid(order: Order, *, payment_id: int, now: datetime) -> None:
    """Paid: what was held has left the shelf, the store knows. Demands the order's lock."""
    move(
        order,
        OrderState.PAID,
        payment_id=payment_id,
        paid_at=now,
        ship_by=now + timedelta(days=order.store.ship_within_days),
    )
    stock.take_held(order, now=now)
    events.order_paid.send(sender=Order, order=order)
    news.order_paid(order, now=now)


def expire(order: Order, *, now: datetime) -> None:
    """Expired: what was held is free again. Demands the order's lock."""
    move(order, OrderState.EXPIRED)
    stock.free_held(order, now=now)
    coupons.give_back(order, now=now)
    events.order_expired.send(sender=Order, order=order)
    news.order_expired(order, now=now)


def ship(*, order_id: int, carrier: str, tracking_number: str, now: datetime) -> Order:
    """Shipped: the buyer knows, and has ORDER_RECEIVE_WITHIN_DAYS to confirm.

    Opens the transaction; the caller has checked who may. Raises NotNow.
    """
    with transaction.atomic(durable=True):
        order = lock(order_id)
        move(
            order,
            OrderState.SHIPPED,
            carrier=carrier,
            tracking_number=tracking_number,
            shipped_at=now,
            receive_by=now + timedelta(days=settings.ORDER_RECEIVE_WITHIN_DAYS),
        )
        news.order_shipped(order, now=now)
    return order


def confirm_receipt(*, order_id: int, now: datetime) -> Order:
    """Completed: escrow went to the store, less the fee that the order was placed under.

    Opens the transaction; by the buyer or by the deadline. Raises NotNow.
    """
    with transaction.atomic(durable=True):
        order = lock(order_id)
        move(order, OrderState.COMPLETED, completed_at=now)
        news.order_completed(order, now=now)
        if order.payment_id is not None:
            release(order, now=now)
    return order


def release(order: Order, *, now: datetime) -> None:
    """What stands in escrow of a completed order is the store's, less what is still due of the fee.

    The order's lock is held: no refund comes between.
    """
    assert order.payment_id is not None  # noqa: S101 - the table shop_order has a CHECK for it
    payment = Payment.objects.get(pk=order.payment_id)
    fee_minor = fees.due(
        fee_minor=order.fee_minor,
        total_minor=payment.captured_minor,
        kept_minor=payment.refundable_minor,
    )
    # A second release: the money was with the bank when the first one was made.
    had_minor = payment.fee_minor - payment.fee_returned_minor
    due_minor = min(max(0, fee_minor - had_minor), payment.in_escrow_minor)
    escrow.release(payment_id=payment.pk, fee_minor=due_minor, now=now)


def cancel(*, order_id: int, reason: str, now: datetime) -> Order:
    """Cancelled before shipping: the stock is back, and so is the money, where it came from.

    A card payment under way is stopped first; if it turns out to have succeeded, it is
    refunded. Opens the transaction; the caller has checked who may. Raises NotNow.
    """
    _stop_payment(order_id, now=now)
    with transaction.atomic(durable=True):
        order = lock(order_id)
        stock.lock_held(order_id)
        was_paid = order.state == OrderState.PAID
        move(order, OrderState.CANCELLED, cancelled_at=now, cancel_reason=reason)
        _return_goods(order, was_paid=was_paid, now=now)
        coupons.give_back(order, now=now)
        events.order_cancelled.send(sender=Order, order=order)
        news.order_cancelled(order, now=now)
        sent = return_money(order, key=f"cancel:{order.pk}", now=now) if was_paid else []
    for refund in sent:
        refunds.drive(refund_id=refund.pk, now=now)
    return order


def _stop_payment(order_id: int, *, now: datetime) -> None:
    order = Order.objects.select_related("payment").get(pk=order_id)
    payment = order.payment
    if order.state == OrderState.AWAITING_PAYMENT and payment and payment.state in OPEN:
        charges.cancel(payment_id=payment.pk, now=now)


def _return_goods(order: Order, *, was_paid: bool, now: datetime) -> None:
    """What a sale sold goes back through the sale: it answers for every unit of its lot."""
    if not was_paid:
        stock.free_held(order, now=now)
    elif order.origin == OrderOrigin.CHECKOUT:
        for line in order.lines.order_by("variant_id"):
            stock.put_back(
                variant_id=line.variant_id,
                quantity=line.quantity,
                reference=order.reference,
                now=now,
            )


def return_money(order: Order, *, key: str, now: datetime) -> list[Refund]:
    """All that was not given back before, by the store or by the buyer's bank, is on its way: where
    it came from, or to the wallet where the bank stands between.
    """
    assert order.payment_id is not None  # noqa: S101 - the table shop_order has a CHECK for it
    left_minor = Payment.objects.get(pk=order.payment_id).refundable_minor
    if left_minor == 0:
        return []
    return refunds.issue(
        payment_id=order.payment_id,
        amount_minor=left_minor,
        reason=f"{order.number} cancelled",
        key=key,
        to="wallet" if refusals.stands(order.payment_id) else "source",
        now=now,
    )
