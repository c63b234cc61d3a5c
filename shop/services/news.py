"""What people are told about orders and stores: one function for each piece of news."""

from datetime import datetime
from typing import Final

from django.urls import reverse

from accounts.selectors import member_profile_ids
from accounts.services import notices
from shop.models import Order, Store

# Kind of notice -> its template. Registered when the app is ready.
NOTICE_TEMPLATES: Final = {
    kind: f"shop/notices/{kind.removeprefix('shop.')}.html"
    for kind in (
        "shop.order_paid",
        "shop.order_expired",
        "shop.order_shipped",
        "shop.order_completed",
        "shop.order_cancelled",
        "shop.refund_done",
        "shop.store_approved",
        "shop.store_suspended",
    )
}


def order_paid(order: Order, *, now: datetime) -> None:
    """The people of the store have an order to ship."""
    _tell_store(order, "shop.order_paid", now=now)


def order_expired(order: Order, *, now: datetime) -> None:
    _tell_buyer(order, "shop.order_expired", now=now)


def order_shipped(order: Order, *, now: datetime) -> None:
    _tell_buyer(order, "shop.order_shipped", now=now)


def order_completed(order: Order, *, now: datetime) -> None:
    _tell_store(order, "shop.order_completed", now=now)


def order_cancelled(order: Order, *, now: datetime) -> None:
    """Both sides know, whoever did it."""
    _tell_buyer(order, "shop.order_cancelled", now=now)
    _tell_store(order, "shop.order_cancelled", now=now)


def refund_done(order: Order, *, amount_minor: int, now: datetime) -> None:
    """So much of the order's price is back, whole or in part."""
    back = {"amount_minor": amount_minor, "currency": order.currency}
    _tell_buyer(order, "shop.refund_done", now=now, **back)


def store_decided(store: Store, kind: str, *, now: datetime) -> None:
    """The members of the store know what the operator decided."""
    for profile_id in member_profile_ids(store.profile_id):
        notices.notify(
            recipient_id=profile_id,
            kind=kind,
            url=store.get_absolute_url(),
            data={"store": store.profile.name},
            now=now,
        )


def _tell_buyer(order: Order, kind: str, *, now: datetime, **more: object) -> None:
    notices.notify(
        recipient_id=order.buyer_id,
        kind=kind,
        url=order.get_absolute_url(),
        data={**_facts(order), **more},
        now=now,
    )


def _tell_store(order: Order, kind: str, *, now: datetime) -> None:
    url = reverse("merchant:shop_order_change", args=[order.pk])
    for profile_id in member_profile_ids(order.store.profile_id):
        notices.notify(recipient_id=profile_id, kind=kind, url=url, data=_facts(order), now=now)


def _facts(order: Order) -> dict[str, str]:
    return {"number": order.number, "title": order.shown["title"]}
