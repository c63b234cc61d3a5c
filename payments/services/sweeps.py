"""The guarantee behind every nudge: rows that nobody came for are found and driven on.

Bounded, repeatable, several at once share the rows (SKIP LOCKED). A row is put off before it is
driven, so that one that fails does not stop the others.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from payments.dispute_states import OPEN as OPEN_DISPUTES
from payments.models import Dispute, Payment, Payout, Refund
from payments.payout_states import OPEN as OPEN_PAYOUTS
from payments.refund_states import RefundState
from payments.services import charges, payout_drives, refunds, settlement
from payments.services.disputing import answers

logger = logging.getLogger(__name__)


def drive_stuck(*, now: datetime, limit: int) -> int:
    """Up to `limit` open payments are asked about; those past their time are cancelled."""
    due = Payment.objects.open().filter(drive_at__lte=now).order_by("drive_at")
    return _each(_take(due, now, limit), lambda pk: _drive_or_end(pk, now))


def drive_refunds(*, now: datetime, limit: int) -> int:
    """Up to `limit` pending refunds are asked about."""
    due = Refund.objects.filter(state=RefundState.PENDING, drive_at__lte=now).order_by("drive_at")
    return _each(_take(due, now, limit), lambda pk: refunds.drive(refund_id=pk, now=now))


def drive_payouts(*, now: datetime, limit: int) -> int:
    """Up to `limit` payouts on their way, or on their way back, are asked about."""
    due = Payout.objects.filter(state__in=OPEN_PAYOUTS, drive_at__lte=now).order_by("drive_at")
    return _each(_take(due, now, limit), lambda pk: payout_drives.drive(payout_id=pk, now=now))


def drive_disputes(*, now: datetime, limit: int) -> int:
    """Up to `limit` open disputes are asked about, and answers that Stripe has not got are sent."""
    due = Dispute.objects.filter(state__in=OPEN_DISPUTES, drive_at__lte=now).order_by("drive_at")
    return _each(_take(due, now, limit), lambda pk: answers.drive(dispute_id=pk, now=now))


def _drive_or_end(payment_id: int, now: datetime) -> None:
    expires_at = Payment.objects.values_list("expires_at", flat=True).get(pk=payment_id)
    if expires_at is not None and now >= expires_at:
        charges.cancel(payment_id=payment_id, now=now)
    else:
        charges.drive(payment_id=payment_id, now=now)


def _take(
    due: "QuerySet[Payment] | QuerySet[Refund] | QuerySet[Payout] | QuerySet[Dispute]",
    now: datetime,
    limit: int,
) -> list[int]:
    with transaction.atomic(durable=True):
        rows = due.select_for_update(skip_locked=True, no_key=True)[:limit]
        ids = [row.pk for row in rows]
        due.model._default_manager.filter(pk__in=ids).update(  # noqa: SLF001  Django's own name
            drive_at=settlement.next_drive(now)
        )
        return ids


def _each(ids: Iterable[int], act: Callable[[int], object]) -> int:
    count = 0
    for pk in ids:
        try:
            act(pk)
            count += 1
        except Exception:
            logger.exception("Row %s could not be driven; it is tried again", pk)
    return count
