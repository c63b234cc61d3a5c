"""The guarantee behind the deadlines: bounded, repeatable, several at once do no harm."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction

from payments.payment_states import OPEN
from payments.services import charges
from shop.models import Order, OrderOrigin
from shop.order_states import OrderState
from shop.services import orders, stock

logger = logging.getLogger(__name__)


def expire_unpaid(*, now: datetime, limit: int) -> int:
    """Up to `limit` orders whose pay_by has passed are expired; how many. A card payment under
    way is stopped first: what it says then decides. A sale's orders are the sale's to expire.
    """
    due = Order.objects.filter(
        state=OrderState.AWAITING_PAYMENT, origin=OrderOrigin.CHECKOUT, pay_by__lte=now
    )
    ids = list(due.order_by("pay_by", "pk").values_list("pk", flat=True)[:limit])
    return _each(ids, lambda order_id: _expire(order_id, now=now))


def complete_received(*, now: datetime, limit: int) -> int:
    """Up to `limit` shipped orders whose receive_by has passed are completed; how many."""
    due = Order.objects.filter(state=OrderState.SHIPPED, receive_by__lte=now)
    ids = list(due.order_by("receive_by", "pk").values_list("pk", flat=True)[:limit])
    return _each(ids, lambda order_id: _complete(order_id, now=now))


def _each(ids: Iterable[int], act: Callable[[int], bool]) -> int:
    """How many of `act` came true. An order that fails keeps none of those behind it waiting."""
    done = 0
    for order_id in ids:
        try:
            done += act(order_id)
        except Exception:
            logger.exception("Order %s could not be moved on; it is tried again", order_id)
    return done


def _expire(order_id: int, *, now: datetime) -> bool:
    """False where the payment is still open or a rival was here: the next sweep looks again."""
    payment = Order.objects.select_related("payment").get(pk=order_id).payment
    if payment is not None and payment.state in OPEN:
        charges.cancel(payment_id=payment.pk, now=now)
    with transaction.atomic(durable=True):
        order = orders.lock(order_id)
        stock.lock_held(order_id)
        payment = order.payment
        if order.state == OrderState.EXPIRED:
            return True
        if order.state != OrderState.AWAITING_PAYMENT or (payment and payment.state in OPEN):
            return False
        orders.expire(order, now=now)
    return True


def _complete(order_id: int, *, now: datetime) -> bool:
    try:
        orders.confirm_receipt(order_id=order_id, now=now)
    except orders.NotNow:
        return False  # the buyer confirmed while we came
    return True
