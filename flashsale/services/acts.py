"""The audit log of a sale: every act with a consequence, whoever or whatever did it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from flashsale.models import Act, Sale


def log(sale: Sale, *, kind: str, by: User | None, detail: Mapping[str, Any], now: datetime) -> Act:
    """The act is in the log exactly if the caller's transaction commits.

    `by` is None for what the system did by itself; `detail` is plain JSON. An unknown `kind` is
    shown as it is, so that a new act needs no change here.
    """
    return Act.objects.create(sale=sale, by=by, kind=kind, detail=dict(detail), at=now)
