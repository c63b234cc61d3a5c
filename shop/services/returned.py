"""Money that a bank had taken and gave back: it goes on to where it would be by now.

Building block of the receivers: the order is locked, the payment too.
"""

from datetime import datetime

from django.db.models import Q, Sum

from payments.models import Dispute, Payment, Refund
from payments.refund_states import RefundState
from payments.services import refunds
from shop.models import Order
from shop.order_states import OrderState
from shop.services import orders


def pass_on(order: Order, dispute: Dispute, *, now: datetime) -> None:
    """The store has won. What the buyer was promised meanwhile they get; the rest is the store's,
    at once if the order is completed.
    """
    for refund in Refund.objects.filter(payment=dispute.payment_id, state=RefundState.FAILED):
        give_instead(refund, key=f"instead:{refund.pk}:{dispute.pk}", now=now)
    if order.state == OrderState.COMPLETED:
        orders.release(order, now=now)
    elif order.state == OrderState.CANCELLED:
        orders.return_money(order, key=f"won:{dispute.pk}", now=now)


def give_instead(refund: Refund, *, key: str, now: datetime) -> None:
    """What a card did not take is in the buyer's wallet, as far as nothing and nobody else gave it
    to them: not by such a refund before, and not by their bank.
    """
    name = f"instead:{refund.pk}"
    earlier = Refund.objects.filter(Q(key=name) | Q(key__startswith=f"{name}:"))
    given = earlier.filter(payment=refund.payment_id).aggregate(sum=Sum("amount_minor"))
    missing_minor = refund.amount_minor - (given["sum"] or 0)
    left_minor = Payment.objects.get(pk=refund.payment_id).refundable_minor
    if min(missing_minor, left_minor) > 0:
        refunds.issue(
            payment_id=refund.payment_id,
            amount_minor=min(missing_minor, left_minor),
            reason=refund.reason,
            key=key,
            to="wallet",
            now=now,
        )
