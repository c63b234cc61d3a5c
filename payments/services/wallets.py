"""A person's or store's own money, as the ledger has it."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from payments.models import Account, AccountKind
from payments.services import chart, ledger


@dataclass(frozen=True, slots=True)
class WalletBalance:
    """Minor units; `available_minor` is what can be spent now."""

    posted_minor: int
    held_minor: int
    available_minor: int
    currency: str


def balance(*, profile_id: int, currency: str = "") -> WalletBalance:
    """The wallet in that currency, else in the site's; zeros for somebody who never had money in
    it. One query.
    """
    currency = currency or settings.SITE_CURRENCY
    row = (
        Account.objects.filter(
            owner=chart.owner_of(profile_id), kind=AccountKind.WALLET, currency=currency
        )
        .values_list("posted_minor", "held_minor")
        .first()
    )
    posted, held = row or (0, 0)
    return WalletBalance(posted, held, posted - held, currency)


def others(*, profile_id: int) -> tuple[WalletBalance, ...]:
    """The wallets in other currencies than the site's that have something. One query."""
    rows = Account.objects.filter(owner=chart.owner_of(profile_id), kind=AccountKind.WALLET)
    rows = rows.exclude(currency=settings.SITE_CURRENCY).filter(posted_minor__gt=0)
    return tuple(
        WalletBalance(posted, held, posted - held, currency)
        for posted, held, currency in rows.order_by("currency").values_list(
            "posted_minor", "held_minor", "currency"
        )
    )


def grant(
    *, profile_id: int, amount_minor: int, key: str, now: datetime, currency: str = ""
) -> None:
    """The wallet in that currency, else in the site's, has `amount_minor` more, from the site's
    equity; the same key gives once.

    For the demo world and tests. Raises RuntimeError in production, KeyConflict, BadEntry.
    """
    if settings.PRODUCTION:
        raise RuntimeError("Money is granted in development and tests only.")
    currency = currency or settings.SITE_CURRENCY
    with transaction.atomic():
        leg = ledger.Leg(
            chart.equity(currency).pk, chart.wallet(profile_id, currency).pk, amount_minor
        )
        ledger.post(kind="grant", scope="grant", key=key, legs=[leg], now=now)
