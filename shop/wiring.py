"""What shop adds to the apps below: receivers, news, cards, places, rows of the dashboards."""

from accounts import notices
from feed import cards, slots
from payments import events as payment_events
from payments import evidence as payment_evidence
from shop import feed_pieces, receivers
from shop.services import evidence
from shop.services.news import NOTICE_TEMPLATES


def connect() -> None:
    """Every registry below knows shop. Safe to call twice."""
    _events()
    payment_evidence.register(receivers.PREFIX, evidence.about)
    for key, template in NOTICE_TEMPLATES.items():
        notices.register(notices.NoticeKind(key=key, template=template))
    cards.register(feed_pieces.CHECKOUT)
    slots.register("profile_top", feed_pieces.shelf)


def _events() -> None:
    payment_events.payment_locking.connect(receivers.lock_order, dispatch_uid="shop.lock_order")
    payment_events.payment_settled.connect(receivers.pay_order, dispatch_uid="shop.pay_order")
    payment_events.payment_died.connect(receivers.let_order_go, dispatch_uid="shop.let_order_go")
    payment_events.refund_changed.connect(
        receivers.follow_refund, dispatch_uid="shop.follow_refund"
    )
    payment_events.dispute_changed.connect(
        receivers.follow_dispute, dispatch_uid="shop.follow_dispute"
    )
