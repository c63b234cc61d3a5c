"""Where the sale enters the registries and events of the apps below it."""

from accounts import notices
from feed import cards as feed_cards
from feed import slots
from flashsale import cards, receivers
from flashsale.rehearsal import tasks  # noqa: F401 - Celery looks for a tasks.py of the app alone
from flashsale.services import conclusions, news
from flashsale.services.fairness import secrets
from flashsale.services.line_up import news as line_up_news
from payments import events as payment_events
from shop import events as shop_events


def connect() -> None:
    """Called once, when every app's models are loaded."""
    shop_events.order_locking.connect(receivers.lock_claim)
    shop_events.order_paid.connect(receivers.pay_claim)
    shop_events.order_paid_late.connect(receivers.pay_claim_late)
    shop_events.order_expired.connect(receivers.let_claim_go)
    shop_events.order_cancelled.connect(receivers.cancel_claim)
    shop_events.card_asked.connect(receivers.ask_card)
    shop_events.card_failed.connect(receivers.let_card_go)
    payment_events.payment_declined.connect(receivers.hold_claim_again)
    payment_events.payment_died.connect(receivers.hold_claim_again)
    of_draws = {
        secrets.NOTICE: "flashsale/notices/secret_invited.html",
        conclusions.VOID: "flashsale/notices/void.html",
    }
    for kind, template in {**line_up_news.TEMPLATES, **news.TEMPLATES, **of_draws}.items():
        notices.register(notices.NoticeKind(key=kind, template=template))
    feed_cards.register(cards.SALE)
    slots.register("home_top", cards.home_top)
    slots.register("side_column", cards.side_column)
