"""What was found apart as rows that an operator works off, each once; time alone closes timing."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from payments.models import LedgerDifference
from payments.services import proof
from payments.services.proof import Difference
from payments.services.reconciling.explaining import TIMING


def record(found: Iterable[Difference], *, now: datetime) -> int:
    """Each difference is an open row, unless a person has worked off just that before; how many
    are new. What was a matter of time and is none any more is closed, and says so.
    """
    wanted = list(found)
    with transaction.atomic(durable=True):
        _close_timing({one.subject for one in wanted if one.kind == TIMING}, now)
        told = _told_before({one.subject for one in wanted})
        return proof.record([one for one in wanted if _figures(one) not in told], now=now)


def _close_timing(subjects: set[str], now: datetime) -> None:
    """Nobody's act: the row names no person."""
    LedgerDifference.objects.filter(kind=TIMING, resolved_at=None).exclude(
        subject__in=subjects
    ).update(resolved_at=now, reason=_("Both sides are there, or its time is over."))


def _told_before(subjects: set[str]) -> set[tuple[str, str, str, str]]:
    rows = LedgerDifference.objects.filter(subject__in=subjects, resolved_by__isnull=False)
    return {_figures(row) for row in rows}


def _figures(one: Difference | LedgerDifference) -> tuple[str, str, str, str]:
    return one.kind, one.subject, one.expected, one.actual
