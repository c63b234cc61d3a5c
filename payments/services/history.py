"""What an account had at a moment, and what became of it in a period: from its legs alone.

A movement is of the moment that its writer went by, some instants before it is committed: what
is said of a period stands for good a minute after the period's end.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from payments.models import Transfer

ROWS_AT_ONCE: Final = 500


class Ends(NamedTuple):
    """Minor units at the beginning and at the end of a period."""

    opening_minor: int
    closing_minor: int


def balance_at(account_id: int, moment: datetime) -> int:
    """Minor units that the account had just before the moment. One statement."""
    return ends(account_id, since=None, until=moment).closing_minor


def ends(account_id: int, *, since: datetime | None, until: datetime | None) -> Ends:
    """Opening balance (0 without a beginning) and closing balance (that of now without an end).

    `since` is part of the period, `until` is not. One statement, so that both are of one moment.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH legs AS (
                SELECT transaction_id, amount_minor AS minor FROM payments_transfer
                WHERE to_account_id = %(account)s
                UNION ALL SELECT transaction_id, -amount_minor FROM payments_transfer
                WHERE from_account_id = %(account)s
            )
            SELECT
                coalesce(sum(minor) FILTER (WHERE created_at < %(since)s), 0),
                coalesce(sum(minor) FILTER (
                    WHERE %(until)s::timestamptz IS NULL OR created_at < %(until)s
                ), 0)
            FROM legs JOIN payments_ledgertransaction booked ON booked.id = transaction_id
            """,
            {"account": account_id, "since": since, "until": until},
        )
        opening_minor, closing_minor = cursor.fetchone()
    return Ends(int(opening_minor), int(closing_minor))


def movements(
    account_id: int, *, since: datetime | None = None, until: datetime | None = None
) -> "QuerySet[Transfer]":
    """The account's legs in the period, with their transactions and accounts."""
    rows = Transfer.objects.filter(Q(from_account=account_id) | Q(to_account=account_id))
    if since is not None:
        rows = rows.filter(transaction__created_at__gte=since)
    if until is not None:
        rows = rows.filter(transaction__created_at__lt=until)
    return rows.select_related("transaction", "from_account", "to_account")


def batches(rows: "QuerySet[Transfer]") -> Iterator[list[Transfer]]:
    """All movements, the oldest first, some hundreds at a time: no cursor stays open meanwhile."""
    last_id = 0
    while found := list(rows.filter(pk__gt=last_id).order_by("pk")[:ROWS_AT_ONCE]):
        yield found
        last_id = found[-1].pk
