"""The audit log of a sale: every act with a consequence, whoever or whatever did it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from accounts.models import User
from flashsale.models import Act, Sale

# What changed a promise that people had already read: the sale's page says it.
PUBLIC: Final = ("stock", "closed")


def log(sale: Sale, *, kind: str, by: User | None, detail: Mapping[str, Any], now: datetime) -> Act:
    """The act is in the log exactly if the caller's transaction commits.

    `by` is None for what the system did by itself; `detail` is plain JSON. An unknown `kind` is
    shown as it is, so that a new act needs no change here.
    """
    return Act.objects.create(sale=sale, by=by, kind=kind, detail=dict(detail), at=now)


def public(sale_id: int) -> Sequence[Act]:
    """What was changed since people could reserve, the newest first. One query."""
    acts = Act.objects.filter(sale_id=sale_id, kind__in=PUBLIC).select_related("sale")
    return [act for act in acts if act.at >= act.sale.reserve_opens_at]
