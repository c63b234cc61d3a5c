"""The proof of the books: every balance again from its legs. It finds; it never repairs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.models import User
from payments.models import LedgerDifference


@dataclass(frozen=True, slots=True)
class Difference:
    """`subject` is what is wrong; the two figures are minor units or counts, as text."""

    kind: str
    subject: str
    expected: str
    actual: str


# Each check is one statement and so sees one moment. Columns: subject, expected, actual.
CHECKS: Final[dict[str, str]] = {
    # An account is the sum of its legs; what is not in its row yet waits as accruals.
    "balance": """
        WITH legs AS (
            SELECT account_id, sum(minor) AS minor FROM (
                SELECT to_account_id AS account_id, amount_minor AS minor FROM payments_transfer
                UNION ALL SELECT from_account_id, -amount_minor FROM payments_transfer
            ) AS leg GROUP BY account_id
        ), waiting AS (
            SELECT account_id, sum(amount_minor) AS minor FROM payments_accrual GROUP BY account_id
        )
        SELECT account.owner || ':' || account.kind || ' ' || account.currency,
            coalesce(legs.minor, 0), account.posted_minor + coalesce(waiting.minor, 0)
        FROM payments_account account
        LEFT JOIN legs ON legs.account_id = account.id
        LEFT JOIN waiting ON waiting.account_id = account.id
        WHERE account.posted_minor + coalesce(waiting.minor, 0) <> coalesce(legs.minor, 0)
    """,
    # Money is moved, never made: all accounts of a currency sum to nothing.
    "global sum": """
        SELECT currency, 0, sum(minor) FROM (
            SELECT currency, posted_minor AS minor FROM payments_account
            UNION ALL SELECT currency, amount_minor FROM payments_accrual
                JOIN payments_account ON payments_account.id = account_id
        ) AS balance GROUP BY currency HAVING sum(minor) <> 0
    """,
    "floor": """
        SELECT owner || ':' || kind || ' ' || currency, floor_minor, posted_minor - held_minor
        FROM payments_account WHERE posted_minor - held_minor < floor_minor
    """,
    "held": """
        SELECT account.owner || ':' || account.kind || ' ' || account.currency,
            coalesce(sum(hold.amount_minor), 0), account.held_minor
        FROM payments_account account
        LEFT JOIN payments_hold hold ON hold.account_id = account.id AND hold.state = 'pending'
        GROUP BY account.id HAVING coalesce(sum(hold.amount_minor), 0) <> account.held_minor
    """,
    # A sealed transaction has the lines it was written with, no more and no fewer.
    "sealed": """
        SELECT 'transaction ' || booked.id, booked.leg_count, count(transfer.id)
        FROM payments_ledgertransaction booked
        LEFT JOIN payments_transfer transfer ON transfer.transaction_id = booked.id
        GROUP BY booked.id HAVING count(transfer.id) <> booked.leg_count
    """,
    # What waits in a payee's reserve is the sum of the rows that say since when and until when.
    "reserve": """
        WITH owed AS (
            SELECT 'profile:' || payee_id AS owner, currency, sum(amount_minor) AS minor
            FROM payments_reserve WHERE released_at IS NULL GROUP BY payee_id, currency
        ), kept AS (
            SELECT owner, currency, posted_minor AS minor
            FROM payments_account WHERE kind = 'reserve'
        )
        SELECT owner || ':reserve ' || currency, coalesce(owed.minor, 0), coalesce(kept.minor, 0)
        FROM owed FULL JOIN kept USING (owner, currency)
        WHERE coalesce(owed.minor, 0) <> coalesce(kept.minor, 0)
    """,
    # What payments say a payee is owed is what stands in the payee's escrow.
    "escrow": """
        WITH owed AS (
            SELECT 'profile:' || payee_id AS owner, currency,
                sum(captured_minor - refunded_minor + clawed_minor - released_minor - fee_minor)
                    AS minor
            FROM payments_payment WHERE purpose = 'purchase' GROUP BY payee_id, currency
        ), kept AS (
            SELECT owner, currency, sum(minor) AS minor FROM (
                SELECT owner, currency, posted_minor AS minor
                FROM payments_account WHERE kind = 'escrow'
                UNION ALL SELECT owner, currency, amount_minor FROM payments_accrual
                JOIN payments_account ON payments_account.id = account_id AND kind = 'escrow'
            ) AS balance GROUP BY owner, currency
        )
        SELECT owner || ':escrow ' || currency, coalesce(owed.minor, 0), coalesce(kept.minor, 0)
        FROM owed FULL JOIN kept USING (owner, currency)
        WHERE coalesce(owed.minor, 0) <> coalesce(kept.minor, 0)
    """,
    # What a payment says was given back is what its refunds and disputes say.
    "refunded": """
        WITH given AS (
            SELECT payment_id, sum(minor) AS minor FROM (
                SELECT payment_id, amount_minor AS minor
                FROM payments_refund WHERE state <> 'failed'
                UNION ALL SELECT payment_id, taken_minor - excess_minor
                FROM payments_dispute WHERE taken_at IS NOT NULL AND returned_at IS NULL
            ) AS back GROUP BY payment_id
        )
        SELECT 'payment ' || payment.id, coalesce(given.minor, 0), payment.refunded_minor
        FROM payments_payment payment LEFT JOIN given ON given.payment_id = payment.id
        WHERE coalesce(given.minor, 0) <> payment.refunded_minor
    """,
    # What can be spent from a gift card is what was put on it, less what it paid and gave back.
    "gift": """
        WITH paid AS (
            SELECT gift_card_id, sum(gift_part_minor) AS minor FROM payments_payment
            WHERE captured_minor > 0 AND gift_part_minor > 0 GROUP BY gift_card_id
        ), back AS (
            SELECT gift_card_id, sum(refund.amount_minor) AS minor
            FROM payments_refund refund JOIN payments_payment payment ON payment.id = payment_id
            WHERE refund.to = 'gift_card' AND refund.state <> 'failed' GROUP BY gift_card_id
        ), due AS (
            SELECT card.id, card.account_id,
                CASE WHEN card.state IN ('ordered', 'dropped') THEN 0 ELSE card.amount_minor END
                - coalesce(paid.minor, 0) + coalesce(back.minor, 0) - card.returned_minor AS minor
            FROM payments_giftcard card
            LEFT JOIN paid ON paid.gift_card_id = card.id
            LEFT JOIN back ON back.gift_card_id = card.id
        )
        SELECT 'gift card ' || due.id, due.minor, account.posted_minor
        FROM due JOIN payments_account account ON account.id = due.account_id
        WHERE due.minor <> account.posted_minor
    """,
    # A cash-out is the sum of its parts, and what came back of it that of those that failed.
    "cash-out": """
        SELECT 'cash-out ' || cash_out.id || parts.what, parts.minor,
            CASE parts.what WHEN '' THEN cash_out.amount_minor ELSE cash_out.returned_minor END
        FROM payments_cashout cash_out
        CROSS JOIN LATERAL (
            SELECT '' AS what, coalesce(sum(amount_minor), 0) AS minor
            FROM payments_refund WHERE cash_out_id = cash_out.id
            UNION ALL SELECT ' came back', coalesce(sum(amount_minor), 0)
            FROM payments_refund WHERE cash_out_id = cash_out.id AND state = 'failed'
        ) AS parts
        WHERE parts.minor <>
            CASE parts.what WHEN '' THEN cash_out.amount_minor ELSE cash_out.returned_minor END
    """,
    # Nobody owes less than nothing.
    "receivable": """
        SELECT account.owner || ':receivable ' || account.currency, 0,
            account.posted_minor + coalesce(sum(accrual.amount_minor), 0)
        FROM payments_account account
        LEFT JOIN payments_accrual accrual ON accrual.account_id = account.id
        WHERE account.kind = 'receivable'
        GROUP BY account.id
        HAVING account.posted_minor + coalesce(sum(accrual.amount_minor), 0) > 0
    """,
    # Numbers go up: after a copy of the database was played back the next one must be free, and
    # nothing reverses what was booked after it.
    "sequence": """
        SELECT found.name, found.highest, coalesce(counter.last_value, 0)
        FROM (
            SELECT 'ledgertransaction' AS name, max(id) AS highest FROM payments_ledgertransaction
            UNION ALL SELECT 'transfer', max(id) FROM payments_transfer
        ) AS found
        JOIN pg_sequences counter ON counter.schemaname = current_schema()
            AND counter.sequencename = 'payments_' || found.name || '_id_seq'
        WHERE found.highest > coalesce(counter.last_value, 0)
        UNION ALL
        SELECT 'transaction ' || id || ' reverses', id - 1, reverses_id
        FROM payments_ledgertransaction WHERE reverses_id >= id
    """,
}


def verify() -> list[Difference]:
    """Every difference between the balances and what they follow from; empty if all is right."""
    return [
        Difference(kind, str(subject), str(expected), str(actual))
        for kind, sql in CHECKS.items()
        for subject, expected, actual in _rows(sql)
    ]


def record(differences: Iterable[Difference], *, now: datetime) -> int:
    """Each difference is an open row for the operator, once; how many are new."""
    rows = [
        LedgerDifference(
            kind=found.kind,
            subject=found.subject,
            expected=found.expected,
            actual=found.actual,
            found_at=now,
        )
        for found in differences
    ]
    with transaction.atomic():
        before = LedgerDifference.objects.count()
        LedgerDifference.objects.bulk_create(rows, ignore_conflicts=True)
        return LedgerDifference.objects.count() - before


def resolve(
    rows: "QuerySet[LedgerDifference]", *, by: User, reason: str, now: datetime
) -> list[LedgerDifference]:
    """The open differences among the rows are worked off, and say by whom and why; those that
    were. Found again, they come again.
    """
    with transaction.atomic(durable=True):
        found = list(
            rows.filter(resolved_at__isnull=True).select_for_update(no_key=True, of=("self",))
        )
        LedgerDifference.objects.filter(pk__in=[row.pk for row in found]).update(
            resolved_at=now, resolved_by=by, reason=reason[:200]
        )
    return found


def _rows(sql: str) -> list[tuple[str, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [(subject, expected, actual) for subject, expected, actual in cursor.fetchall()]
