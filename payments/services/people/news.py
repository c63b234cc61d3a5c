"""What people are told about their own money, inside the transaction of the fact."""

from datetime import datetime
from typing import Final

from django.urls import reverse

from accounts.services import notices
from payments.models import CashOut
from socialcommerce.lib.money import Money, format_money

NOTICE_TEMPLATES: Final = {
    "payments.cash_out_came_back": "payments/notices/cash_out_came_back.html",
}


def cash_out_came_back(cash_out: CashOut, *, amount_minor: int, now: datetime) -> None:
    """So much of it is in the wallet again; the page says from which card."""
    notices.notify(
        recipient_id=cash_out.profile_id,
        kind="payments.cash_out_came_back",
        url=reverse("payments:cash_out", args=[cash_out.pk]),
        data={"amount": format_money(Money(amount_minor, cash_out.currency))},
        now=now,
    )
