"""An answer that is not given in time is a dispute lost: people are told early, and once more."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from payments.models import Dispute
from payments.services.disputing import news

REMIND_BEFORE: Final = timedelta(days=3)
ALARM_BEFORE: Final = timedelta(days=1)


def remind_due(*, now: datetime, limit: int) -> int:
    """Up to `limit` unanswered disputes whose deadline is near are brought to mind: once three days
    before, once more on the last day. How many. Several at once share them.
    """
    last_day = Dispute.objects.due_within(now + ALARM_BEFORE, now=now).filter(alarmed_at=None)
    soon = Dispute.objects.due_within(now + REMIND_BEFORE, now=now).filter(reminded_at=None)
    ids = list((last_day | soon).order_by("due_by").values_list("pk", flat=True)[:limit])
    return sum(_remind(pk, now) for pk in ids)


def _remind(dispute_id: int, now: datetime) -> bool:
    """Each alone, so that one that cannot be told keeps no other waiting."""
    with transaction.atomic(durable=True):
        rows = Dispute.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        due = rows.due_within(now + REMIND_BEFORE, now=now).select_related("payment")
        dispute = due.filter(pk=dispute_id).first()
        if dispute is None or not _mark(dispute, now):
            return False  # somebody else is at it, or was
        news.due(dispute, dispute.payment, now=now)
        return True


def _mark(dispute: Dispute, now: datetime) -> bool:
    """Whether there is something to say: the last day's word is also the first one's."""
    assert dispute.due_by is not None  # noqa: S101 - due_within() has seen to it
    is_last_day = dispute.due_by <= now + ALARM_BEFORE
    if dispute.alarmed_at or (dispute.reminded_at and not is_last_day):
        return False
    dispute.reminded_at = dispute.reminded_at or now
    dispute.alarmed_at = now if is_last_day else None
    dispute.save(update_fields=["reminded_at", "alarmed_at"])
    return True
