"""What payments adds to the apps below: the kinds of its news."""

from accounts import notices
from payments.services import card_care, payout_news


def connect() -> None:
    """Every registry below knows payments. Safe to call twice."""
    for key, template in {**payout_news.NOTICE_TEMPLATES, **card_care.NOTICE_TEMPLATES}.items():
        notices.register(notices.NoticeKind(key=key, template=template))
