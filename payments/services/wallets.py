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


def balance(*, profile_id: int) -> WalletBalance:
    """The wallet in the site's currency; zeros for somebody who never had money. One query."""
    currency = settings.SITE_CURRENCY
    row = (
        Account.objects.filter(
            owner=chart.owner_of(profile_id), kind=AccountKind.WALLET, currency=currency
        )
        .values_list("posted_minor", "held_minor")
        .first()
    )
    posted, held = row or (0, 0)
    return WalletBalance(posted, held, posted - held, currency)


def grant(*, profile_id: int, amount_minor: int, key: str, now: datetime) -> None:
    """The wallet has `amount_minor` more, from the site's equity; the same key gives once.

    For the demo world and tests. Raises RuntimeError in production, KeyConflict, BadEntry.
    """
    if settings.PRODUCTION:
        raise RuntimeError("Money is granted in development and tests only.")
    currency = settings.SITE_CURRENCY
    with transaction.atomic():
        leg = ledger.Leg(
            chart.equity(currency).pk, chart.wallet(profile_id, currency).pk, amount_minor
        )
        ledger.post(kind="grant", scope="grant", key=key, legs=[leg], now=now)
