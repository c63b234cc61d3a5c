"""What payments adds to the apps below: the kinds of its news."""

from accounts import notices
from payments.services import card_care, payout_news
from payments.services.disputing import news as dispute_news
from payments.services.gift_cards import news as gift_news
from payments.services.people import news as people_news


def connect() -> None:
    """Every registry below knows payments. Safe to call twice."""
    for key, template in {
        **payout_news.NOTICE_TEMPLATES,
        **dispute_news.NOTICE_TEMPLATES,
        **gift_news.NOTICE_TEMPLATES,
        **card_care.NOTICE_TEMPLATES,
        **people_news.NOTICE_TEMPLATES,
    }.items():
        notices.register(notices.NoticeKind(key=key, template=template))
