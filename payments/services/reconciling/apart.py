"""Where the ledger and Stripe's list are apart: reads of one statement each, of one moment.

Both are held together by business fact: a payment, a refund, a payout. What was booked and taken
back without Stripe having moved anything (a payout that it refused, say) is no fact there.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import F, Q

from payments.models import BalanceLine
from payments.services.reconciling import costs

# What each fact says that Stripe has gained: the other way round than clearing is signed.
_FACTS: Final = """
    WITH clearing AS (
        SELECT id, currency FROM payments_account WHERE owner = 'stripe' AND kind = 'clearing'
    ), leg AS (
        SELECT transaction_id, clearing.currency, amount_minor AS minor
        FROM payments_transfer JOIN clearing ON clearing.id = from_account_id
        UNION ALL SELECT transaction_id, clearing.currency, -amount_minor
        FROM payments_transfer JOIN clearing ON clearing.id = to_account_id
    ), movement AS (
        SELECT transaction_id, replace(booked.scope, '_failed', '') AS scope,
            coalesce(part.cash_out_id::text, booked.key) AS key,
            leg.currency, booked.created_at, leg.minor
        FROM leg JOIN payments_ledgertransaction booked ON booked.id = leg.transaction_id
        -- A cash-out leaves the wallet whole, and comes back a part at a time.
        LEFT JOIN payments_refund part ON part.id =
            CASE WHEN booked.scope = 'cash_out_failed' THEN booked.key::bigint END
        WHERE booked.scope <> %(own)s
    ), booked AS (
        SELECT scope, key, currency, sum(minor) AS minor, max(created_at) AS at
        FROM movement GROUP BY scope, key, currency
    ), listed AS (
        SELECT scope, key, line.currency, count(*) AS lines, sum(
            CASE WHEN line.category = ANY(%(net)s) THEN line.net_minor ELSE line.amount_minor END
        ) AS minor
        FROM (SELECT DISTINCT transaction_id, scope, key FROM movement) AS known
        JOIN payments_balanceline line USING (transaction_id)
        GROUP BY scope, key, line.currency
    ), fact AS (
        SELECT scope, key, currency, coalesce(booked.minor, 0) AS booked_minor,
            coalesce(listed.minor, 0) AS listed_minor, coalesce(lines, 0) AS lines, booked.at
        FROM booked FULL JOIN listed USING (scope, key, currency)
    )
"""


class Fact(NamedTuple):
    """In one currency: what the ledger and the lines say that Stripe has gained by it. `booked_at`
    is None in a currency in which nothing is booked.
    """

    scope: str
    key: str
    currency: str
    booked_minor: int
    listed_minor: int
    lines: int
    booked_at: datetime | None

    @property
    def more_minor(self) -> int:
        """By how much the ledger says more."""
        return self.booked_minor - self.listed_minor


def facts() -> list[Fact]:
    """Those of which the two sides say different things, the oldest first."""
    rows = _rows(
        "SELECT * FROM fact WHERE booked_minor <> listed_minor"
        " ORDER BY at NULLS LAST, scope, key, currency"
    )
    return [Fact(*row) for row in rows]


def agreed() -> dict[str, int]:
    """Currency -> of how many facts the two sides say the same."""
    rows = _rows(
        "SELECT currency, count(*) FROM fact WHERE booked_minor = listed_minor AND lines > 0"
        " GROUP BY currency"
    )
    return dict(rows)


def lines() -> list[BalanceLine]:
    """Lines that move money and have no transaction, the oldest first."""
    rows = BalanceLine.objects.filter(~Q(amount_minor=0), transaction=None)
    return list(rows.defer("raw").order_by("made_at", "pk"))


def broken_sums() -> list[BalanceLine]:
    """Lines whose net is not what is left of the amount after the fee."""
    rows = BalanceLine.objects.exclude(net_minor=F("amount_minor") - F("fee_minor"))
    return list(rows.defer("raw").order_by("pk"))


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_FACTS + sql, {"own": costs.SCOPE, "net": sorted(costs.COME_NET)})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
