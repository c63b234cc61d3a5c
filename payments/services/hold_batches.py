"""Many holds resolved at once, in a fixed number of statements, for a draw's passes.

Each hold keeps its own ledger transaction, under the key that `holds.post` would book it with.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from payments.hold_states import HoldState
from payments.models import Hold
from payments.services import balances, ledger

FREE = """
UPDATE payments_account AS account SET held_minor = held_minor - freed.minor
FROM unnest(%s::bigint[], %s::bigint[]) AS freed (id, minor) WHERE account.id = freed.id
"""
RESOLVE = """
UPDATE payments_hold AS hold
SET state = %s, transaction_id = done.transaction_id, resolved_at = %s
FROM unnest(%s::bigint[], %s::bigint[]) AS done (id, transaction_id) WHERE hold.id = done.id
"""


def post_many(to_account_ids: Mapping[int, int], *, kind: str, now: datetime) -> set[int]:
    """The money of these holds (hold id -> account id) has moved; the ids of those that had.

    A hold that is resolved or whose time is over is left as it is. Inside the caller's
    transaction; every account ends locked, in id order. Raises what `ledger.post_many` does.
    """
    holds = _pending(to_account_ids, *to_account_ids.values())
    holds = [hold for hold in holds if now < hold.expires_at]
    _free(holds)
    entries = [
        ledger.Entry(
            kind,
            "hold",
            str(hold.pk),
            (ledger.Leg(hold.account_id, to_account_ids[hold.pk], hold.amount_minor),),
        )
        for hold in holds
    ]
    booked = ledger.post_many(entries, now=now) if entries else {}
    transactions: list[int | None] = [booked["hold", str(hold.pk)] for hold in holds]
    return _resolve(holds, HoldState.POSTED, transactions, now)


def void_many(hold_ids: Iterable[int], *, now: datetime) -> set[int]:
    """The money of these holds is free again; the ids of those that were pending.

    Inside the caller's transaction; every account ends locked, in id order.
    """
    holds = _pending(hold_ids)
    _free(holds)
    return _resolve(holds, HoldState.VOIDED, [None] * len(holds), now)


def _pending(hold_ids: Iterable[int], *other_account_ids: int) -> list[Hold]:
    """Those still pending, locked after every account that will move."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Holds join the caller's transaction.")
    ids = list(hold_ids)
    accounts = Hold.objects.filter(pk__in=ids).values_list("account_id", flat=True)
    balances.lock(sorted({*accounts, *other_account_ids}))
    rows = Hold.objects.filter(pk__in=ids, state=HoldState.PENDING).order_by("pk")
    return list(rows.select_for_update(no_key=True))


def _free(holds: Sequence[Hold]) -> None:
    freed: Counter[int] = Counter()
    for hold in holds:
        freed[hold.account_id] += hold.amount_minor
    with connection.cursor() as cursor:
        cursor.execute(FREE, [list(freed), list(freed.values())])


def _resolve(
    holds: Sequence[Hold], state: HoldState, transactions: Sequence[int | None], now: datetime
) -> set[int]:
    with connection.cursor() as cursor:
        ids = [hold.pk for hold in holds]
        cursor.execute(RESOLVE, [state.value, now, ids, list(transactions)])
    return {hold.pk for hold in holds}
