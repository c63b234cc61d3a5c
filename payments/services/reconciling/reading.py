"""Stripe's list into rows: each line once, as it was first told, its cost booked with it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from payments import gateway
from payments.gateway import LineInfo, UnreadableLine
from payments.models import BalanceLine
from payments.services import ledger
from payments.services.proof import Difference
from payments.services.reconciling import costs


def read(day: date, *, now: datetime) -> list[Difference]:
    """All lines that Stripe made that day (UTC) are rows; what of them was told otherwise before,
    or cannot be read, is returned.

    Talks to Stripe, outside any transaction; each page is committed alone, so that what was read
    stays when Stripe goes away in the middle. Raises the gateway's errors.
    """
    since = datetime.combine(day, time.min, tzinfo=UTC)
    found: list[Difference] = []
    for page in gateway.list_lines(since=since, until=since + timedelta(days=1)):
        found += [_unreadable(one) for one in page if isinstance(one, UnreadableLine)]
        found += _keep([one for one in page if isinstance(one, LineInfo)], now)
    return found


def _keep(told: Sequence[LineInfo], now: datetime) -> list[Difference]:
    """New lines are rows and their costs are booked, in one transaction."""
    with transaction.atomic(durable=True):
        kept = _rows(told)
        fresh = [_row(one, now) for one in told if one.id not in kept]
        BalanceLine.objects.bulk_create(fresh, ignore_conflicts=True)
        ledger.post_many(costs.entries(fresh), now=now)
    return [found for one in told if one.id in kept for found in _changes(kept[one.id], one)]


def _rows(told: Sequence[LineInfo]) -> dict[str, BalanceLine]:
    rows = BalanceLine.objects.filter(stripe_id__in=[one.id for one in told]).defer("raw")
    return {row.stripe_id: row for row in rows}


def _row(one: LineInfo, now: datetime) -> BalanceLine:
    return BalanceLine(
        stripe_id=one.id,
        type=one.type,
        category=one.category,
        source_id=one.source_id,
        parent_id=one.parent_id,
        amount_minor=one.amount_minor,
        fee_minor=one.fee_minor,
        net_minor=one.net_minor,
        currency=one.currency,
        made_at=one.made_at,
        available_at=one.available_at,
        raw=one.raw,
        stored_at=now,
    )


def _changes(kept: BalanceLine, told: LineInfo) -> list[Difference]:
    """What the line says now and did not say when it was first read. The row stays as it was."""
    pairs = [
        ("currency", kept.currency, told.currency),
        ("amount", kept.amount_minor, told.amount_minor),
        ("fee", kept.fee_minor, told.fee_minor),
    ]
    return [
        Difference(kind, f"line {told.id} was told anew", str(before), str(now))
        for kind, before, now in pairs
        if before != now
    ]


def _unreadable(one: UnreadableLine) -> Difference:
    return Difference("unreadable", f"line {one.id}", "an amount in minor units", one.said)
