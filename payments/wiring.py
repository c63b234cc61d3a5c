"""What payments adds to the apps below: the kinds of its news."""

from accounts import notices
from payments.services.payout_news import NOTICE_TEMPLATES


def connect() -> None:
    """Every registry below knows payments. Safe to call twice."""
    for key, template in NOTICE_TEMPLATES.items():
        notices.register(notices.NoticeKind(key=key, template=template))
