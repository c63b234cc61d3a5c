"""What the people of a store are told about its payouts, inside the transaction of the fact."""

from datetime import datetime
from typing import Final

from django.urls import reverse

from accounts.selectors import member_profile_ids
from accounts.services import notices
from payments.models import ConnectAccount, Payout
from socialcommerce.lib.money import Money, format_money

NOTICE_TEMPLATES: Final = {
    "payments.payout_failed": "payments/notices/payout_failed.html",
    "payments.account_stopped": "payments/notices/account_stopped.html",
}


def payout_failed(payout: Payout, *, now: datetime) -> None:
    """It is in the wallet again; the page says why and what to do."""
    amount = format_money(Money(payout.amount_minor, payout.currency))
    url = reverse("merchant:payments_payout_change", args=[payout.pk])
    _tell(payout.payee_id, "payments.payout_failed", url, {"amount": amount}, now)


def account_stopped(account: ConnectAccount, *, now: datetime) -> None:
    """The payment service wants something before it pays out again; the page says what."""
    url = reverse("merchant:payments_merchantterms_changelist")
    _tell(account.profile_id, "payments.account_stopped", url, {}, now)


def _tell(profile_id: int, kind: str, url: str, data: dict[str, str], now: datetime) -> None:
    notices.notify_many(
        recipient_ids=member_profile_ids(profile_id), kind=kind, url=url, data=data, now=now
    )
