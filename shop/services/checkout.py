"""Buying: one variant, one address, one payment, one order. The key makes a repeat harmless.

From the wallet everything happens in one transaction: the order stands, the stock is taken,
the money is in escrow, or nothing of it. By card the first transaction holds the stock and
writes the payment; Stripe is asked afterwards, outside of it.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from accounts.services import addresses
from payments.payment_states import OPEN
from payments.services.parts import NO_GIFT, Gift
from payments.services.people import pins
from shop import events
from shop.models import Order
from shop.order_states import OrderState
from shop.services import coupons, orders, paying, placing, stock
from shop.services.paying import CheckoutResult, Means, Method, NoInstrument
from shop.services.placing import KeyReused, NotForSale, TotalChanged
from socialcommerce.lib.problems import Conflict, NotFound

__all__ = [
    "CheckoutResult",
    "KeyReused",
    "Method",
    "NoInstrument",
    "NotForSale",
    "TooLate",
    "TotalChanged",
    "pay_order",
    "place",
]


class TooLate(Conflict):
    code = "pay-by-passed"
    title = _("The time to pay this order is over")


def place(
    *,
    buyer: Profile,
    variant_id: int,
    quantity: int,
    address_id: int,
    method: Method,
    seen_total_minor: int,
    key: str,
    now: datetime,
    return_url: str,
    instrument_id: int | None = None,
    wallet_part_minor: int = 0,
    gift: Gift = NO_GIFT,
    pin: str = "",
    code: str = "",
) -> CheckoutResult:
    """An order of one variant, paid or on its way to be. The same key gives the same order.

    `gift` says what of the total a gift card pays, and with a card `wallet_part_minor` of the rest
    come out of the wallet. `return_url` is where the bank sends the person back to; "{number}" in
    it stands for the order's. Opens the transaction. Raises NotForSale, BadQuantity, TotalChanged,
    OutOfStock, KeyReused, NoInstrument, NoSuchCoupon, CouponUsedUp, and payments' refusals; then
    nothing was changed.
    """
    has_pin = pins.is_confirmed(profile_id=buyer.pk, pin=pin, now=now)
    means = paying.means(
        method,
        instrument_id,
        key=key,
        return_url=return_url,
        wallet_part_minor=wallet_part_minor,
        gift=gift,
    )
    with_code = [f"code:{code}"] if code else []
    request_hash = placing.hashed(variant_id, quantity, address_id, *means.terms, *with_code)
    with transaction.atomic(durable=True):
        order = placing.earlier(buyer, key, request_hash)
        if order is None:
            order = placing.insert(
                buyer=buyer,
                variant=placing.on_sale(variant_id, buyer=buyer),
                quantity=quantity,
                address=addresses.snapshot(addresses.get(profile=buyer, address_id=address_id)),
                seen_total_minor=seen_total_minor,
                key=key,
                request_hash=request_hash,
                now=now,
                code=code,
            )
            if order.state == OrderState.AWAITING_PAYMENT and order.payment_id is None:
                _demand_pin(order, has_pin=has_pin)
                _start(order, means, now=now)
    return paying.outcome(order, now=now)


def pay_order(
    *,
    order_id: int,
    buyer: Profile,
    method: Method,
    key: str,
    now: datetime,
    return_url: str,
    instrument_id: int | None = None,
    wallet_part_minor: int = 0,
    gift: Gift = NO_GIFT,
    pin: str = "",
) -> CheckoutResult:
    """An order that awaits payment is paid, or on its way to be; a paid one stays as it is.

    Opens the transaction. Raises NotFound, NotNow, TooLate, NoInstrument, and
    payments' refusals.
    """
    means = paying.means(
        method,
        instrument_id,
        key=key,
        return_url=return_url,
        wallet_part_minor=wallet_part_minor,
        gift=gift,
    )
    order = _own(order_id, buyer)
    if order.state == OrderState.AWAITING_PAYMENT and order.pay_by <= now:
        raise TooLate(_("The order was not charged. You can order again."))
    if order.state == OrderState.AWAITING_PAYMENT:
        _demand_pin(order, has_pin=pins.is_confirmed(profile_id=buyer.pk, pin=pin, now=now))
    if order.state == OrderState.AWAITING_PAYMENT and method == "card":
        return _pay_by_card(order, means, now=now)
    return _pay(order, means, now=now)


def _demand_pin(order: Order, *, has_pin: bool) -> None:
    pins.demand(
        profile_id=order.buyer_id,
        amount_minor=order.total_minor,
        currency=order.currency,
        has_pin=has_pin,
    )


def _pay_by_card(order: Order, means: Means, *, now: datetime) -> CheckoutResult:
    """Whoever holds the goods knows that the bank is asked, and when it has said no."""
    _ask_card(order, means, now=now)
    failed = True
    try:
        result = _pay(order, means, now=now)
        failed = bool(result.decline_code)
    finally:
        if failed:
            events.card_failed.send(sender=Order, order_id=order.pk)
    return result


def _ask_card(order: Order, means: Means, *, now: datetime) -> None:
    """May refuse the card. Safe to repeat."""
    who = {"order_id": order.pk, "instrument_id": means.instrument_id, "now": now}
    events.card_asked.send(sender=Order, **who)


def _pay(order: Order, means: Means, *, now: datetime) -> CheckoutResult:
    payment = order.payment
    if payment is not None and payment.state in OPEN:
        retried = paying.use_open(order, payment, means, now=now)
        if retried is not None:
            return retried
        if means.method == "card":  # the end of the other payment has let the goods go
            _ask_card(order, means, now=now)
    with transaction.atomic(durable=True):
        order = orders.lock(order.pk)
        stock.lock_held(order.pk)
        if order.state == OrderState.AWAITING_PAYMENT:
            # Another tab may have begun since we looked: two payments are one too many.
            if order.payment is None or order.payment.state not in OPEN:
                paying.begin(order, means, now=now)
        elif order.state in {OrderState.EXPIRED, OrderState.CANCELLED}:
            raise orders.NotNow(order)
    return paying.outcome(order, now=now)


def _own(order_id: int, buyer: Profile) -> Order:
    order = Order.objects.select_related("payment").filter(pk=order_id, buyer=buyer).first()
    if order is None:
        raise NotFound(_("There is no such order among yours."))
    return order


def _start(order: Order, means: Means, *, now: datetime) -> None:
    """Stock first, then the coupon, money last: that is the lock order."""
    line = order.lines.get()
    if means.method != "card":
        stock.take(
            variant_id=line.variant_id,
            quantity=line.quantity,
            reference=order.reference,
            now=now,
        )
    else:
        stock.hold(
            order=order,
            variant_id=line.variant_id,
            quantity=line.quantity,
            expires_at=order.pay_by,
            now=now,
        )
    coupons.take(order, now=now)
    paying.begin(order, means, now=now)
