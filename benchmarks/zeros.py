"""Oversold, undersold, lost, duplicated: what people heard against what PostgreSQL has."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.db import connection

from benchmarks.reports import Zeros
from flashsale import verification
from payments.services import ledger

LIVE: Final = "state IN ('held', 'paying', 'paid')"
HEARD: Final = "CREATE TEMPORARY TABLE heard (person bigint, standing text, number text)"

# Live claims above the units of their lot, and live claims that share a unit.
OVERSOLD: Final = f"""
SELECT greatest(count(*) - (SELECT sum(pledged) FROM flashsale_lot WHERE sale_id = %(sale)s), 0)
       + count(*) - count(DISTINCT unit_id)
FROM flashsale_claim WHERE sale_id = %(sale)s AND {LIVE}
"""  # noqa: S608 - a constant of ours

# Units that nobody got although somebody who came would have taken them.
UNDERSOLD: Final = f"""
SELECT greatest(least(
    (SELECT sum(pledged) FROM flashsale_lot WHERE sale_id = %(sale)s), %(came)s) - count(*), 0)
FROM flashsale_claim WHERE sale_id = %(sale)s AND {LIVE}
"""  # noqa: S608

# Whoever heard of a row has it: "paid" with its order's number, "held" with a live claim, "in
# line" with any claim, "received" and "reserved" with a reservation.
LOST: Final = """
SELECT count(*) FROM heard WHERE CASE standing
    WHEN 'paid' THEN NOT EXISTS (
        SELECT FROM flashsale_claim claim JOIN shop_order ON shop_order.id = claim.order_id
        WHERE claim.sale_id = %(sale)s AND claim.person_id = person
          AND claim.state = 'paid' AND shop_order.number = heard.number)
    WHEN 'held' THEN NOT EXISTS (
        SELECT FROM flashsale_claim WHERE sale_id = %(sale)s AND person_id = person
          AND state IN ('held', 'paying', 'paid'))
    WHEN 'in_line' THEN NOT EXISTS (
        SELECT FROM flashsale_claim WHERE sale_id = %(sale)s AND person_id = person)
    WHEN 'received' THEN NOT EXISTS (
        SELECT FROM flashsale_reservation WHERE sale_id = %(sale)s AND person_id = person)
    WHEN 'reserved' THEN NOT EXISTS (
        SELECT FROM flashsale_reservation WHERE sale_id = %(sale)s AND person_id = person)
    ELSE false END
"""

# Claims above a person's limit, orders and payments above one a claim, reservations above one.
DUPLICATED: Final = f"""
SELECT coalesce((
    SELECT sum(held - slots) FROM (
        SELECT count(*) AS held, min(sale.slots) AS slots
        FROM flashsale_claim claim JOIN flashsale_sale sale ON sale.id = claim.sale_id
        WHERE sale.id = %(sale)s AND claim.{LIVE} GROUP BY claim.person_id
    ) AS person WHERE held > slots), 0)
+ (SELECT count(*) - count(DISTINCT origin_reference)
   FROM shop_order WHERE origin = 'sale' AND origin_reference LIKE 'sale:' || %(sale)s || ':%%')
+ (SELECT count(*) - count(DISTINCT reference) FROM payments_payment WHERE captured_minor > 0)
+ (SELECT count(*) - count(DISTINCT person_id)
   FROM flashsale_reservation WHERE sale_id = %(sale)s AND withdrawn_at IS NULL)
"""  # noqa: S608

# Of those who were sent to their order: whoever has none that is paid.
LOST_ORDERS: Final = """
SELECT count(*) FROM heard WHERE standing = '303' AND NOT EXISTS (
    SELECT FROM shop_order
    WHERE buyer_id = person AND key = %(key)s AND state = 'paid')
"""

# Paid orders under one key beyond one a person, or paid for more than once.
DUPLICATED_ORDERS: Final = """
SELECT count(*) - count(DISTINCT buyer_id) + (
    SELECT count(*) - count(DISTINCT reference) FROM payments_payment WHERE captured_minor > 0)
FROM shop_order WHERE key = %(key)s AND state = 'paid'
"""

PAID_ORDERS: Final = "SELECT count(*) FROM shop_order WHERE key = %(key)s AND state = 'paid'"


def of_sale(sale_id: int, *, came: int = 0, journal: Path | None = None) -> Zeros:
    """The four counts. `came` is how many wanted a unit and could have paid it."""
    values = {"sale": sale_id, "came": came}
    return Zeros(
        oversold=_count(OVERSOLD, values),
        undersold=_count(UNDERSOLD, values),
        lost=_lost(LOST, journal, values) if journal else 0,
        duplicated=_count(DUPLICATED, values),
    )


def faults(sale_id: int) -> list[str]:
    """What the proofs of the sale and of the books find."""
    return [*map(str, verification.faults(sale_id)), *of_books()]


def of_purchases(key: str, *, taken: int, journal: Path) -> Zeros:
    """The four counts of purchases of one piece each, all under one key. `taken` is how many
    pieces have left the shelves meanwhile.
    """
    values = {"key": key}
    paid = _count(PAID_ORDERS, values)
    return Zeros(
        oversold=max(0, paid - taken),
        undersold=max(0, taken - paid),
        lost=_lost(LOST_ORDERS, journal, values),
        duplicated=_count(DUPLICATED_ORDERS, values),
    )


def of_books() -> list[str]:
    """What the proof of the ledger finds."""
    return [str(difference) for difference in ledger.verify()]


def _lost(query: str, journal: Path, values: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(HEARD)
        try:
            with journal.open() as lines:
                cursor.copy_expert("COPY heard FROM STDIN", lines)
            cursor.execute("ANALYZE heard")
            cursor.execute(query, values)
            return int(cursor.fetchone()[0])
        finally:
            cursor.execute("DROP TABLE heard")


def _count(query: str, values: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return int(cursor.fetchone()[0])
