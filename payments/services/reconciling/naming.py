"""Under which name in the ledger a line of Stripe's list should stand: by what moved."""

from collections.abc import Callable, Iterable
from typing import Final

from payments.models import BalanceLine, Dispute, Payment, Payout, Refund
from payments.services.reconciling import costs

Name = tuple[str, str]
Lines = list[BalanceLine]
Found = dict[int, Name]


def names(lines: Iterable[BalanceLine]) -> Found:
    """Line id -> (scope, key) of the ledger transaction that says the same, where there is a row
    of ours that would have booked it. One statement for each type of line.
    """
    by_finder: dict[Callable[[Lines], Found], Lines] = {}
    for line in lines:
        finder = _of_itself if costs.is_own_fact(line) else FINDERS.get(line.type)
        if finder is not None:
            by_finder.setdefault(finder, []).append(line)
    return {pk: name for finder, some in by_finder.items() for pk, name in finder(some).items()}


def _of_itself(lines: Lines) -> Found:
    return {line.pk: (costs.SCOPE, line.stripe_id) for line in lines if line.amount_minor}


def of_refund(refund: Refund) -> Name:
    """Where the money of the refund left the ledger; the parts of a cash-out leave together."""
    if refund.cash_out_id is not None:
        return "cash_out", str(refund.cash_out_id)
    return "refund", str(refund.pk)


def _of_failed_refund(refund: Refund) -> Name:
    scope = "refund_failed" if refund.cash_out_id is None else "cash_out_failed"
    return scope, str(refund.pk)


def _payments(lines: Lines) -> Found:
    rows = Payment.objects.filter(stripe_id__in=[line.parent_id for line in lines])
    ids = dict(rows.values_list("stripe_id", "pk"))
    return {
        line.pk: ("payment", str(ids[line.parent_id])) for line in lines if line.parent_id in ids
    }


def _refunds(lines: Lines) -> Found:
    rows = Refund.objects.filter(stripe_id__in=[line.source_id for line in lines])
    refunds = {row.stripe_id: row for row in rows}
    return {
        line.pk: (_of_failed_refund if line.type in FAILURES else of_refund)(
            refunds[line.source_id]
        )
        for line in lines
        if line.source_id in refunds
    }


def _transfers(lines: Lines) -> Found:
    """One that came back by the transfer that it was: the reversal's id may never have come."""
    rows = Payout.objects.filter(transfer_id__in=[_transfer_id(line) for line in lines])
    ids = dict(rows.values_list("transfer_id", "pk"))
    return {
        line.pk: ("payout" if line.type == "transfer" else "payout_failed", str(ids[transfer_id]))
        for line in lines
        for transfer_id in [_transfer_id(line)]
        if transfer_id in ids
    }


def _transfer_id(line: BalanceLine) -> str:
    return line.source_id if line.type == "transfer" else line.parent_id


def _disputes(lines: Lines) -> Found:
    rows = Dispute.objects.filter(stripe_id__in=[line.source_id for line in lines])
    ids = dict(rows.values_list("stripe_id", "pk"))
    return {
        line.pk: ("dispute" if line.amount_minor < 0 else "dispute_won", str(ids[line.source_id]))
        for line in lines
        if line.source_id in ids
    }


FAILURES: Final = frozenset({"refund_failure", "payment_failure_refund"})
FINDERS: Final[dict[str, Callable[[Lines], Found]]] = {
    "adjustment": _disputes,
    "charge": _payments,
    "payment": _payments,
    "payment_failure_refund": _refunds,
    "payment_refund": _refunds,
    "refund": _refunds,
    "refund_failure": _refunds,
    "transfer": _transfers,
    "transfer_cancel": _transfers,
    "transfer_failure": _transfers,
    "transfer_refund": _transfers,
}
