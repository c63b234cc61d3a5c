"""What shop does when payments speak: the order follows its payment, in the same transaction."""

import re
from typing import Any, Final

from django.db.models import Sum

from payments.models import Dispute, Payment, Refund
from payments.refund_states import RefundState
from payments.services import refunds
from shop import events
from shop.models import Order
from shop.order_states import OrderState
from shop.services import coupons, news, orders, returned, stock
from socialcommerce.lib import clock

PREFIX: Final = "order:"
ORDER_ID: Final = re.compile(r"[0-9]{1,18}")


def order_id_of(reference: str) -> int | None:
    """The order a payment names, None for another app's."""
    digits = reference.removeprefix(PREFIX)
    return int(digits) if digits != reference and ORDER_ID.fullmatch(digits) else None


def lock_order(*, reference: str, **_kwargs: Any) -> None:
    """Order, stock and coupon come before payment and ledger in the one lock order."""
    order = _locked(reference)
    if order is not None:
        stock.lock_held(order.pk)
        coupons.lock(order)


def pay_order(*, payment: Payment, **_kwargs: Any) -> None:
    """The order is paid. Money that nobody waits for any more goes back at once."""
    order = _locked(payment.reference)
    if order is None or (order.payment_id == payment.pk and order.paid_at is not None):
        return
    now = clock.now()
    if _is_wanted(order, payment):
        orders.mark_paid(order, payment_id=payment.pk, now=now)
        return
    refunds.issue(
        payment_id=payment.pk,
        amount_minor=payment.captured_minor,
        reason=f"{order.number} could no longer be paid",
        key=f"late:{payment.pk}",
        now=now,
    )


def _is_wanted(order: Order, payment: Payment) -> bool:
    if payment.amount_minor != order.total_minor:
        return False
    if order.state == OrderState.EXPIRED:
        answers = events.order_paid_late.send(sender=Order, order=order)
        return any(answer for _receiver, answer in answers)
    return order.state == OrderState.AWAITING_PAYMENT


def let_order_go(*, payment: Payment, **_kwargs: Any) -> None:
    """Before pay_by the person may pay otherwise; after it a dead payment ends the order."""
    order = _locked(payment.reference)
    if order is None:
        return
    now = clock.now()
    over = order.pay_by <= now and order.state == OrderState.AWAITING_PAYMENT
    if over and order.payment_id == payment.pk:
        orders.expire(order, now=now)


def follow_refund(*, refund: Refund, **_kwargs: Any) -> None:
    """The buyer hears when the money has arrived. What a card refuses goes to the wallet: the
    store must not keep it, and a card that was closed never takes it.
    """
    order = _locked(refund.payment.reference)
    if order is None:
        return
    now = clock.now()
    if refund.state == RefundState.SUCCEEDED:
        # What goes to wallet and card is one refund to the buyer: they hear when all is there.
        parts = Refund.objects.filter(payment=refund.payment_id, key=refund.key)
        if not parts.filter(state=RefundState.PENDING).exists():
            arrived = parts.filter(state=RefundState.SUCCEEDED).aggregate(minor=Sum("amount_minor"))
            news.refund_done(order, amount_minor=arrived["minor"], now=now)
    elif refund.state == RefundState.FAILED:
        returned.give_instead(refund, key=f"instead:{refund.pk}", now=now)


def follow_dispute(*, dispute: Dispute, is_back: bool, **_kwargs: Any) -> None:
    """While a bank has the money nothing is left to give; once it is back it goes on."""
    order = _locked(dispute.payment.reference) if is_back else None
    if order is not None:
        returned.pass_on(order, dispute, now=clock.now())


def _locked(reference: str) -> Order | None:
    order_id = order_id_of(reference)
    if order_id is None or not Order.objects.filter(pk=order_id).exists():
        return None
    return orders.lock(order_id)
