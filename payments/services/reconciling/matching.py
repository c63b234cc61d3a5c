"""Lines of Stripe's list find what is of the same in the ledger: by source, never by amount."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from payments.models import BalanceLine, LedgerTransaction
from payments.services.reconciling import naming
from payments.services.reconciling.naming import Name

LINES_AT_ONCE: Final = 500


def match() -> int:
    """Every line whose source the ledger knows has its transaction; how many found it now.

    Whether both say the same is not asked here: two charges of one payment find one transaction,
    and their sum is a difference. Safe to repeat and in parallel.
    """
    last_id, count = 0, 0
    while lines := _unmatched(last_id):
        count += _match(lines)
        last_id = lines[-1].pk
    return count


def _unmatched(after_id: int) -> list[BalanceLine]:
    rows = BalanceLine.objects.filter(transaction=None, pk__gt=after_id).defer("raw")
    return list(rows.order_by("pk")[:LINES_AT_ONCE])


def _match(lines: list[BalanceLine]) -> int:
    names = naming.names(lines)
    booked = _booked(names.values())
    matched = [line for line in lines if names.get(line.pk) in booked]
    for line in matched:
        line.transaction_id = booked[names[line.pk]]
    BalanceLine.objects.bulk_update(matched, ["transaction"])
    return len(matched)


def _booked(names: Iterable[Name]) -> dict[Name, int]:
    """The transactions of these names that are there. One statement for each scope."""
    keys: dict[str, set[str]] = defaultdict(set)
    for scope, key in names:
        keys[scope].add(key)
    return {
        (scope, key): pk
        for scope, wanted in keys.items()
        for key, pk in LedgerTransaction.objects.filter(scope=scope, key__in=wanted).values_list(
            "key", "pk"
        )
    }
