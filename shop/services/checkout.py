"""Buying: one variant, one address, one payment, one order. The key makes a repeat harmless.

From the wallet everything happens in one transaction: the order stands, the stock is taken,
the money is in escrow, or nothing of it. By card the first transaction holds the stock and
writes the payment; Stripe is asked afterwards, outside of it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from accounts.services import addresses
from payments.models import Payment
from payments.payment_states import OPEN, PaymentState
from payments.services import charges
from shop.models import Order, OrderLine, Variant
from shop.order_states import OrderState
from shop.services import orders, promises, stock
from shop.services.quotes import Quote, quote
from socialcommerce.lib.money import Money, format_money
from socialcommerce.lib.problems import Conflict, Invalid, NotFound

Method = Literal["wallet", "card"]


class NotForSale(NotFound):
    code = "not-for-sale"
    title = _("This is not on sale")


class TotalChanged(Conflict):
    """The total is another one than the buyer saw; `total_minor` is today's."""

    code = "total-changed"
    title = _("The total has changed")

    def __init__(self, quoted: Quote) -> None:
        total = format_money(Money(quoted.total_minor, quoted.currency))
        super().__init__(
            _("It is now %(total)s. Nothing was charged; please confirm the new total.")
            % {"total": total},
            total_minor=quoted.total_minor,
            currency=quoted.currency,
        )


class KeyReused(Conflict):
    code = "idempotency-conflict"
    title = _("This purchase was sent before with other choices")


class NoInstrument(Invalid):
    code = "no-instrument"
    title = _("Please choose a card to pay with")


class TooLate(Conflict):
    code = "pay-by-passed"
    title = _("The time to pay this order is over")


@dataclass(frozen=True, slots=True)
class CheckoutResult:
    """`next_action_url` is where the bank wants to see the person; empty if nowhere.

    A declined card leaves the order awaiting payment and the code in `decline_code`.
    """

    order: Order
    next_action_url: str = ""
    decline_code: str = ""


@dataclass(frozen=True, slots=True)
class Means:
    """How an order is paid. `key` makes the payment once, whatever is sent twice."""

    method: Method
    instrument_id: int | None
    key: str
    return_url: str


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
) -> CheckoutResult:
    """An order of one variant, paid or on its way to be. The same key gives the same order.

    `return_url` is where the bank sends the person back to; "{number}" in it stands for the
    order's. Opens the transaction. Raises NotForSale, BadQuantity, TotalChanged, OutOfStock,
    KeyReused, NoInstrument, and payments' refusals; then nothing was changed.
    """
    request_hash = _hash(variant_id, quantity, address_id, method, instrument_id)
    means = Means(method, _checked(method, instrument_id), key, return_url)
    with transaction.atomic(durable=True):
        order = _earlier(buyer, key, request_hash)
        if order is None:
            order = _insert(
                buyer=buyer,
                variant=_variant(variant_id, buyer=buyer),
                quantity=quantity,
                address=addresses.snapshot(addresses.get(profile=buyer, address_id=address_id)),
                seen_total_minor=seen_total_minor,
                key=key,
                request_hash=request_hash,
                now=now,
            )
            if order.state == OrderState.AWAITING_PAYMENT and order.payment_id is None:
                _start(order, means, now=now)
    return _outcome(order, now=now)


def pay_order(
    *,
    order_id: int,
    buyer: Profile,
    method: Method,
    key: str,
    now: datetime,
    return_url: str,
    instrument_id: int | None = None,
) -> CheckoutResult:
    """An order that awaits payment is paid, or on its way to be; a paid one stays as it is.

    Opens the transaction. Raises NotFound, NotNow, TooLate, NoInstrument, and
    payments' refusals.
    """
    means = Means(method, _checked(method, instrument_id), key, return_url)
    order = _own(order_id, buyer)
    if order.state == OrderState.AWAITING_PAYMENT and order.pay_by <= now:
        raise TooLate(_("The order was not charged. You can order again."))
    payment = order.payment
    if payment is not None and payment.state in OPEN:
        retried = _use_open(order, payment, means, now=now)
        if retried is not None:
            return retried
    with transaction.atomic(durable=True):
        order = orders.lock(order_id)
        stock.lock_held(order_id)
        if order.state == OrderState.AWAITING_PAYMENT:
            _begin_payment(order, means, now=now)
        elif order.state in {OrderState.EXPIRED, OrderState.CANCELLED}:
            raise orders.NotNow(order)
    return _outcome(order, now=now)


def _checked(method: Method, instrument_id: int | None) -> int | None:
    if method == "card" and instrument_id is None:
        raise NoInstrument
    return instrument_id if method == "card" else None


def _hash(*parts: object) -> str:
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()


def _own(order_id: int, buyer: Profile) -> Order:
    order = Order.objects.select_related("payment").filter(pk=order_id, buyer=buyer).first()
    if order is None:
        raise NotFound(_("There is no such order among yours."))
    return order


def _earlier(buyer: Profile, key: str, request_hash: str) -> Order | None:
    order = Order.objects.filter(buyer=buyer, key=key).first()
    if order is not None and order.request_hash != request_hash:
        raise KeyReused(_("Please start again from the product. Nothing was charged twice."))
    return order


def _variant(variant_id: int, *, buyer: Profile) -> Variant:
    variant = (
        Variant.objects.on_sale()
        .select_related("product__store__profile")
        .filter(pk=variant_id)
        .first()
    )
    if variant is None or not _may_meet(buyer, variant.product.store.profile_id):
        raise NotForSale(_("The store has taken it off the shelf. Nothing was charged."))
    return variant


def _may_meet(buyer: Profile, profile_id: int) -> bool:
    return Profile.objects.visible_to(buyer).filter(pk=profile_id).exists()


def _insert(
    *,
    buyer: Profile,
    variant: Variant,
    quantity: int,
    address: dict[str, str],
    seen_total_minor: int,
    key: str,
    request_hash: str,
    now: datetime,
) -> Order:
    """The order, or the one that a request with the same key has made in the meantime."""
    store = variant.product.store
    quoted = quote(store=store, unit_price_minor=variant.price_minor, quantity=quantity)
    if quoted.total_minor != seen_total_minor:
        raise TotalChanged(quoted)
    order = Order(
        buyer=buyer,
        store=store,
        subtotal_minor=quoted.subtotal_minor,
        shipping_minor=quoted.shipping_minor,
        total_minor=quoted.total_minor,
        currency=quoted.currency,
        address=address,
        shown=promises.shown(variant, quoted),
        key=key,
        request_hash=request_hash,
        created_at=now,
        pay_by=now + timedelta(seconds=settings.ORDER_PAY_WITHIN_SECONDS),
    )
    try:
        # The unique key makes a rival with the same key wait here until we are through.
        with transaction.atomic():
            order.save(force_insert=True)
    except IntegrityError:
        earlier = _earlier(buyer, key, request_hash)
        if earlier is None:
            raise
        return earlier
    OrderLine.objects.create(
        order=order,
        variant=variant,
        title=variant.product.title,
        variant_name=variant.name,
        unit_price_minor=quoted.unit_price_minor,
        quantity=quantity,
    )
    return order


def _start(order: Order, means: Means, *, now: datetime) -> None:
    """Stock first, money last: that is the lock order."""
    line = order.lines.get()
    if means.method == "wallet":
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
    _begin_payment(order, means, now=now)


def _begin_payment(order: Order, means: Means, *, now: datetime) -> None:
    """From the wallet the order is paid; by card its payment waits to be driven."""
    if means.method == "wallet":
        # Our receiver of payment_settled marks the order paid, as it does for cards.
        charges.pay_from_wallet(
            payer_id=order.buyer_id,
            payee_id=order.store.profile_id,
            amount_minor=order.total_minor,
            currency=order.currency,
            reference=order.reference,
            key=f"{order.reference}:{means.key}",
            now=now,
        )
        return
    assert means.instrument_id is not None  # noqa: S101 - _checked() has seen to it
    payment = charges.open_card_payment(
        payer_id=order.buyer_id,
        payee_id=order.store.profile_id,
        amount_minor=order.total_minor,
        currency=order.currency,
        instrument_id=means.instrument_id,
        reference=order.reference,
        key=f"{order.reference}:{means.key}",
        return_url=means.return_url.replace("{number}", order.number),
        expires_at=order.pay_by,
        now=now,
    )
    Order.objects.filter(pk=order.pk).update(payment=payment)
    order.payment = payment


def _use_open(
    order: Order, payment: Payment, means: Means, *, now: datetime
) -> CheckoutResult | None:
    """Another card goes to the same payment; the wallet wants it dead first.

    None if the payment is dead now and another may begin. No transaction is open.
    """
    if means.method == "card" and payment.state == PaymentState.REQUIRES_METHOD:
        assert means.instrument_id is not None  # noqa: S101 - _checked() has seen to it
        charges.retry(payment_id=payment.pk, instrument_id=means.instrument_id, now=now)
        return _outcome(order, now=now)
    if means.method == "card" and payment.instrument_id == means.instrument_id:
        return _outcome(order, now=now)
    payment = charges.cancel(payment_id=payment.pk, now=now)
    return None if payment.state not in OPEN else _outcome(order, now=now)


def _outcome(order: Order, *, now: datetime) -> CheckoutResult:
    """Asks Stripe where a card payment is open; the row says the rest. Safe to repeat."""
    order = Order.objects.select_related("payment", "store__profile").get(pk=order.pk)
    payment = order.payment
    if payment is None or payment.state not in OPEN:
        return CheckoutResult(order)
    if payment.state in {PaymentState.CREATED, PaymentState.PROCESSING}:
        payment = charges.drive(payment_id=payment.pk, now=now)
        order = Order.objects.select_related("payment", "store__profile").get(pk=order.pk)
    wants_action = payment.state == PaymentState.REQUIRES_ACTION
    declined = payment.state == PaymentState.REQUIRES_METHOD
    return CheckoutResult(
        order,
        next_action_url=payment.next_action_url if wants_action else "",
        decline_code=payment.decline_code if declined else "",
    )
