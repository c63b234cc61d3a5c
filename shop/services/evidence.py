"""What the site knows of a sale that a bank may want to see, and how it comes to know it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address

from payments.evidence import Evidence
from payments.models import Payment
from shop.models import Order, PaidFrom
from shop.receivers import order_id_of
from socialcommerce.lib import http
from socialcommerce.lib.money import Money, format_money

BROWSER_MAX: Final = 200
# Banks read English.
LOCALE: Final = "en_US"
ADDRESS_LINES: Final = ("line1", "line2", "postal_code", "city", "region", "country")


def capture(order: Order, *, environ: Mapping[str, Any], now: datetime) -> None:
    """How the buyer came to pay is on record, where a card was asked. `environ` is that of the
    request; the last one counts.
    """
    payment = order.payment
    if payment is None or payment.method != Payment.Method.CARD:
        return
    user = order.buyer.user
    PaidFrom.objects.update_or_create(
        order=order,
        defaults={
            "email": user.email if user else "",
            "address": _address(environ),
            "browser": str(environ.get("HTTP_USER_AGENT", ""))[:BROWSER_MAX],
            "pressed_at": now,
        },
    )


def about(reference: str) -> Evidence | None:
    """Of the order that a payment names; None for another app's."""
    order_id = order_id_of(reference)
    if order_id is None:
        return None
    rows = Order.objects.select_related("store__profile", "buyer__user", "paid_from")
    order = rows.filter(pk=order_id).first()
    return None if order is None else _evidence(order)


def _evidence(order: Order) -> Evidence:
    pressed: PaidFrom | None = getattr(order, "paid_from", None)
    person = order.buyer.user
    address = order.address
    return Evidence(
        product_description=_goods(order),
        customer_name=address.get("full_name", ""),
        customer_email_address=pressed.email if pressed else (person.email if person else ""),
        customer_purchase_ip=(pressed.address or "") if pressed else "",
        shipping_address="\n".join(address[name] for name in ADDRESS_LINES if address.get(name)),
        shipping_carrier=order.carrier,
        shipping_date=order.shipped_at.date().isoformat() if order.shipped_at else "",
        shipping_tracking_number=order.tracking_number,
        access_activity_log="\n".join(_log(order, pressed)),
    )


def _goods(order: Order) -> str:
    goods = ", ".join(
        f"{line.quantity} x {line.title}, {line.variant_name} "
        f"({_money(line.unit_price_minor, order.currency)} each)"
        for line in order.lines.all()
    )
    shipping, total = (
        _money(minor, order.currency) for minor in (order.shipping_minor, order.total_minor)
    )
    return f"{goods}; shipping {shipping}; total {total}. Sold by {order.store.profile.name}."


def _log(order: Order, pressed: PaidFrom | None) -> Iterator[str]:
    """What was done when, in UTC, the first thing first."""
    total = _money(order.total_minor, order.currency)
    yield f"{_time(order.created_at)} order {order.number} placed"
    if pressed is not None:
        yield (
            f"{_time(pressed.pressed_at)} the buyer saw the goods, the address and the total of "
            f"{total}, and pressed the button to pay (browser: {pressed.browser or 'unknown'})"
        )
    if order.paid_at:
        yield f"{_time(order.paid_at)} paid by card"
    if order.shipped_at:
        yield f"{_time(order.shipped_at)} shipped by {order.carrier or 'the store'}"
    if order.completed_at:
        by_buyer = order.receive_by is None or order.completed_at < order.receive_by
        words = "the buyer confirmed the receipt" if by_buyer else "no complaint until the deadline"
        yield f"{_time(order.completed_at)} {words}"


def _money(minor: int, currency: str) -> str:
    return format_money(Money(minor, currency), LOCALE)


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


def _address(environ: Mapping[str, Any]) -> str | None:
    """None behind a socket that has none, as a Unix one."""
    found = http.address_of(environ)
    try:
        validate_ipv46_address(found)
    except ValidationError:
        return None
    return found
