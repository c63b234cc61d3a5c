"""What happened to a merchant's money in a period, from the ledger's legs alone.

A merchant's money is what stands in its wallet, escrow and reserve, less what it owes. Movements
between those are no change of it; every other leg is a line. So closing = opening + all lines,
whatever was booked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import connection

from payments.models import AccountKind
from payments.services import chart

POTS: Final = (
    AccountKind.WALLET,
    AccountKind.ESCROW,
    AccountKind.RESERVE,
    AccountKind.RECEIVABLE,
)
SOLD: Final = frozenset({"wallet_payment", "card_payment", "gift_card_payment"})
REFUNDED: Final = frozenset(
    {"refund_to_wallet", "refund_to_card", "refund_to_gift_card", "refund_failed"}
)
DISPUTED: Final = frozenset({"dispute", "dispute_won", "dispute_settled"})
PAID_OUT: Final = frozenset({"payout", "payout_failed"})

LEGS: Final = """
    WITH mine AS (
        SELECT id, kind FROM payments_account
        WHERE owner = %(owner)s AND currency = %(currency)s AND kind = ANY(%(pots)s::text[])
    ), legs AS (
        SELECT leg.transaction_id, mine.kind AS pot, leg.amount_minor AS minor,
            leg.from_account_id AS other_id
        FROM mine JOIN payments_transfer leg ON leg.to_account_id = mine.id
        UNION ALL
        SELECT leg.transaction_id, mine.kind, -leg.amount_minor, leg.to_account_id
        FROM mine JOIN payments_transfer leg ON leg.from_account_id = mine.id
    )
"""
STANDS: Final = f"""
    {LEGS} SELECT legs.pot, sum(legs.minor)::bigint
    FROM legs JOIN payments_ledgertransaction booked ON booked.id = legs.transaction_id
    WHERE booked.created_at < %(at)s GROUP BY legs.pot
"""  # noqa: S608  fixed texts
LINES: Final = f"""
    {LEGS} SELECT booked.memo, booked.kind, other.kind, sum(legs.minor)::bigint,
        max(booked.created_at)
    FROM legs JOIN payments_ledgertransaction booked ON booked.id = legs.transaction_id
    JOIN payments_account other ON other.id = legs.other_id
    WHERE booked.created_at >= %(since)s AND booked.created_at < %(until)s
        AND legs.other_id NOT IN (SELECT id FROM mine)
    GROUP BY booked.memo, booked.kind, other.kind ORDER BY max(booked.id), booked.memo
"""  # noqa: S608  fixed texts


class Period(NamedTuple):
    """From a moment (part of it) to a moment (not part of it)."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Minor units at one moment; `total_minor` is all of the merchant's money. What it owes the
    site is `receivable_minor`, zero or below.
    """

    wallet_minor: int
    escrow_minor: int
    reserve_minor: int
    receivable_minor: int

    @property
    def total_minor(self) -> int:
        kept_minor = self.wallet_minor + self.escrow_minor + self.reserve_minor
        return kept_minor + self.receivable_minor


@dataclass(slots=True)
class Line:
    """All of one reference ("order:15", "payout:3") in the period, in minor units. Fees, refunds,
    disputes and payouts are below zero, and above it where they came back.
    """

    reference: str
    last_at: datetime
    sold_minor: int = 0
    fee_minor: int = 0
    refunded_minor: int = 0
    disputed_minor: int = 0
    paid_out_minor: int = 0
    other_minor: int = 0

    @property
    def is_payout(self) -> bool:
        return self.reference.startswith("payout:")

    @property
    def net_minor(self) -> int:
        return (
            self.sold_minor
            + self.fee_minor
            + self.refunded_minor
            + self.disputed_minor
            + self.paid_out_minor
            + self.other_minor
        )


COLUMNS: Final = tuple(field.name for field in fields(Line) if field.name.endswith("_minor"))


@dataclass(frozen=True, slots=True)
class MoneyStatement:
    """`opening` and `closing` are at the period's two ends; `total` is the sum of the lines."""

    period: Period
    currency: str
    opening: Standing
    closing: Standing
    lines: tuple[Line, ...]
    total: Line


def money_statement(profile_id: int, *, currency: str, period: Period) -> MoneyStatement:
    """Of one merchant in one currency. Three statements, in one view of the database each.

    What is booked while it is read may show in the closing alone: ask for a period that is over.
    """
    facts: dict[str, Any] = {
        "owner": chart.owner_of(profile_id),
        "currency": currency,
        "pots": [pot.value for pot in POTS],
    }
    lines = _lines(facts, period)
    total = Line("", period.since)
    for line in lines:
        for name in COLUMNS:
            setattr(total, name, getattr(total, name) + getattr(line, name))
    return MoneyStatement(
        period=period,
        currency=currency,
        opening=_standing(facts, period.since),
        closing=_standing(facts, period.until),
        lines=tuple(lines),
        total=total,
    )


def _standing(facts: dict[str, Any], at: datetime) -> Standing:
    with connection.cursor() as cursor:
        cursor.execute(STANDS, {**facts, "at": at})
        found = dict(cursor.fetchall())
    return Standing(*(found.get(pot.value, 0) for pot in POTS))


def _lines(facts: dict[str, Any], period: Period) -> Sequence[Line]:
    lines: dict[str, Line] = {}
    with connection.cursor() as cursor:
        cursor.execute(LINES, {**facts, **period._asdict()})
        for reference, kind, other_kind, minor, at in cursor.fetchall():
            line = lines.setdefault(reference, Line(reference, at))
            line.last_at = max(line.last_at, at)
            column = _column(kind, other_kind)
            setattr(line, column, getattr(line, column) + minor)
    return list(lines.values())


def _column(kind: str, other_kind: str) -> str:
    """A reversal stands where the movement stood that it takes back."""
    fact = kind.removesuffix("_back")
    if other_kind == AccountKind.FEES:
        return "fee_minor"
    if fact in SOLD:
        return "sold_minor"
    if fact in REFUNDED:
        return "refunded_minor"
    if fact in DISPUTED:
        return "disputed_minor"
    return "paid_out_minor" if fact in PAID_OUT else "other_minor"
