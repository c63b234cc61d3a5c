"""What an order's page says: how far it is, whose turn it is, what can be done."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from payments.gift_card_pages import ways
from payments.models import Refund
from payments.payment_states import PaymentState
from payments.selectors import AttemptView, attempts_of, decline_of
from shop.models import Order, OrderOrigin
from shop.order_states import OrderState
from shop.services import orders
from socialcommerce.lib import keyset

PAGE_SIZE = 20
WAITS_FOR_BANK: Final = {PaymentState.CREATED, PaymentState.PROCESSING}

# What happens next and whose turn it is, in one sentence for the buyer.
NEXT: Final[dict[str, Promise]] = {
    OrderState.AWAITING_PAYMENT: _("It is your turn: pay, and the store can pack."),
    OrderState.PAID: _("It is the store's turn: it packs and ships your order."),
    OrderState.SHIPPED: _("It is your turn: confirm when it is there."),
    OrderState.COMPLETED: _("All done. The store has its money."),
    OrderState.EXPIRED: _("It was not paid in time. Nothing was charged."),
    OrderState.CANCELLED: _("The order was cancelled."),
}


@dataclass(frozen=True, slots=True)
class Step:
    """`state` is done, now, later or stopped, as components/_steps.html has it."""

    label: Promise
    state: str
    when: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderPage:
    order: Order
    lines: list[Any]
    steps: list[Step]
    next_words: Promise
    refunds: list[Refund]
    attempts: tuple[AttemptView, ...]
    can_cancel: bool
    can_confirm: bool
    can_pay: bool
    waits_for_bank: bool
    action_url: str
    decline: str


@dataclass(frozen=True, slots=True)
class OrderList:
    orders: list[Order]
    next_cursor: str | None


def order_page(*, buyer: Profile, number: str, now: datetime) -> OrderPage:
    """Four queries. Raises NotFound, also for somebody else's order."""
    order = orders.of_buyer(buyer=buyer, number=number)
    payment = order.payment
    payment_state = payment.state if payment else ""
    awaits = order.state == OrderState.AWAITING_PAYMENT
    wants_action = awaits and payment_state == PaymentState.REQUIRES_ACTION
    return OrderPage(
        order=order,
        lines=list(order.lines.all()),
        steps=steps(order),
        next_words=NEXT[order.state],
        refunds=list(Refund.objects.filter(payment=payment)) if payment else [],
        attempts=attempts_of(payment) if payment else (),
        can_cancel=order.state in {OrderState.AWAITING_PAYMENT, OrderState.PAID}
        and not (awaits and order.origin == OrderOrigin.SALE),
        can_confirm=order.state == OrderState.SHIPPED,
        can_pay=awaits and order.pay_by > now and payment_state not in WAITS_FOR_BANK,
        waits_for_bank=awaits and payment_state in WAITS_FOR_BANK,
        action_url=payment.next_action_url if payment and wants_action else "",
        decline=decline_of(payment) if awaits else "",
    )


def orders_of(buyer: Profile, *, cursor: str | None, size: int = PAGE_SIZE) -> OrderList:
    """Newest first. One query. Raises keyset.BadCursor."""
    rows = Order.objects.filter(buyer=buyer).select_related("store__profile")
    page = keyset.page(rows, cursor=cursor, size=size)
    return OrderList(page.items, page.next_cursor)


def paying(order: Order, *, gift_id: int | None = None) -> dict[str, Any]:
    """What the form that pays an order needs. The gift card of the last try stays chosen, until
    the person chooses another one, or none (0).
    """
    if gift_id is None and order.payment is not None:
        gift_id = order.payment.gift_card_id
    choices = ways(order.buyer, order.total_minor, currency=order.currency, gift_id=gift_id)
    return {
        "pay_choices": choices,
        "key": secrets.token_urlsafe(16),
        "decline": decline_of(order.payment),
    }


def steps(order: Order) -> list[Step]:
    """Placed, paid, shipped, received; an order that ended early stops where it ended."""
    moments = [
        (_("Placed"), order.created_at),
        (_("Paid"), order.paid_at),
        (_("Shipped"), order.shipped_at),
        (_("Received"), order.completed_at),
    ]
    reached = [Step(label, "done", when) for label, when in moments if when is not None]
    missing = [label for label, when in moments if when is None]
    if order.state in {OrderState.EXPIRED, OrderState.CANCELLED}:
        label = _("Expired") if order.state == OrderState.EXPIRED else _("Cancelled")
        return [*reached, Step(label, "stopped", order.cancelled_at)]
    ahead = [Step(label, "later" if index else "now") for index, label in enumerate(missing)]
    return [*reached, *ahead]
