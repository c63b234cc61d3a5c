"""Buying: one variant, one address, one payment, one order. The key makes a repeat harmless.

From the wallet everything happens in one transaction: the order stands, the stock is taken,
the money is in escrow, or nothing of it. By card the first transaction holds the stock and
writes the payment; Stripe is asked afterwards, outside of it.
"""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from accounts.services import addresses
from payments.payment_states import OPEN
from shop import events
from shop.models import Order, OrderLine, Variant
from shop.order_states import OrderState
from shop.services import fan_prices, fees, orders, paying, promises, stock
from shop.services.paying import CheckoutResult, Means, Method, NoInstrument
from shop.services.quotes import Quote, quote
from socialcommerce.lib.money import Money, format_money
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
) -> CheckoutResult:
    """An order of one variant, paid or on its way to be. The same key gives the same order.

    With a card, `wallet_part_minor` of the total come out of the wallet. `return_url` is where the
    bank sends the person back to; "{number}" in it stands for the order's. Opens the transaction.
    Raises NotForSale, BadQuantity, TotalChanged, OutOfStock, KeyReused, NoInstrument, and
    payments' refusals; then nothing was changed.
    """
    split = [wallet_part_minor] if wallet_part_minor else []
    request_hash = _hash(variant_id, quantity, address_id, method, instrument_id, *split)
    means = paying.means(
        method,
        instrument_id,
        key=key,
        return_url=return_url,
        wallet_part_minor=wallet_part_minor,
    )
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
    )
    order = _own(order_id, buyer)
    if order.state == OrderState.AWAITING_PAYMENT and order.pay_by <= now:
        raise TooLate(_("The order was not charged. You can order again."))
    if order.state == OrderState.AWAITING_PAYMENT and method == "card":
        return _pay_by_card(order, means, now=now)
    return _pay(order, means, now=now)


def _pay_by_card(order: Order, means: Means, *, now: datetime) -> CheckoutResult:
    """Whoever holds the goods knows that the bank is asked, and when it has said no."""
    who = {"order_id": order.pk, "instrument_id": means.instrument_id, "now": now}
    events.card_asked.send(sender=Order, **who)
    failed = True
    try:
        result = _pay(order, means, now=now)
        failed = bool(result.decline_code)
    finally:
        if failed:
            events.card_failed.send(sender=Order, order_id=order.pk)
    return result


def _pay(order: Order, means: Means, *, now: datetime) -> CheckoutResult:
    payment = order.payment
    if payment is not None and payment.state in OPEN:
        retried = paying.use_open(order, payment, means, now=now)
        if retried is not None:
            return retried
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
    price_minor = fan_prices.unit_price_minor(variant, buyer=buyer, now=now)
    quoted = quote(store=store, unit_price_minor=price_minor, quantity=quantity)
    if quoted.total_minor != seen_total_minor:
        raise TotalChanged(quoted)
    terms = fees.terms_of([variant.pk], currency=quoted.currency, at=now)[variant.pk]
    order = Order(
        buyer=buyer,
        store=store,
        fee_rule_id=terms.rule_id,
        fee_basis_points=terms.basis_points,
        fee_fixed_minor=terms.fixed_minor,
        fee_minor=terms.of(quoted.total_minor),
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
        vat_basis_points=variant.product.vat_basis_points,
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
    paying.begin(order, means, now=now)
