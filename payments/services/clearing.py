"""The clearing accounts: what the site should have at Stripe, and for how long by now."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from payments.models import Account, AccountKind
from payments.services import history


@dataclass(frozen=True, slots=True)
class Standing:
    """`balance_minor` as the ledger signs it: below zero is money that Stripe owes the site.

    `oldest_at` is when the oldest of it came, if what comes first leaves first; None at zero.
    """

    owner: str
    currency: str
    balance_minor: int
    oldest_at: datetime | None


def standings() -> list[Standing]:
    """Every clearing account. Two statements for each."""
    accounts = Account.objects.filter(kind=AccountKind.CLEARING).order_by("owner", "currency")
    return [_standing(account) for account in accounts]


def _standing(account: Account) -> Standing:
    balance_minor = history.ends(account.pk, since=None, until=None).closing_minor
    oldest_at = _oldest_at(account.pk, balance_minor) if balance_minor else None
    return Standing(account.owner, account.currency, balance_minor, oldest_at)


def _oldest_at(account_id: int, balance_minor: int) -> datetime | None:
    """From the newest back, the legs of the balance's own sign that add up to it."""
    side = "from_account_id" if balance_minor < 0 else "to_account_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT min(created_at) FROM (
                SELECT booked.created_at, sum(leg.amount_minor) OVER (ORDER BY leg.id DESC)
                    - leg.amount_minor AS newer_minor
                FROM payments_transfer leg
                JOIN payments_ledgertransaction booked ON booked.id = leg.transaction_id
                WHERE leg.{side} = %s
            ) AS running WHERE newer_minor < %s
            """,  # noqa: S608  one of two fixed words
            [account_id, abs(balance_minor)],
        )
        (oldest_at,) = cursor.fetchone()
    return oldest_at  # type: ignore[no-any-return]
