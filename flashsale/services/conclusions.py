"""What follows a decision without hurry: cents go back, turns are kept, the record is published."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final

from django.db import transaction

from accounts.services import notices
from flashsale.models import Act, Sale
from flashsale.sale_states import SaleState
from flashsale.services import acts
from flashsale.services.fairness import entrants, passes, records, turns

logger = logging.getLogger(__name__)

PASSES: Final = 1_000  # of one sale in one run: a second or two
VOID: Final = "flashsale.void"
TOLD: Final = "void_told"
TOLD_AT_ONCE: Final = 2_000  # rows in a worker's memory, of a list that may have a million


def conclude(*, now: datetime) -> None:
    """Every sale is one step further; whatever is left, the next run does.

    Repeatable and bounded; one sale's trouble keeps no other waiting. No transaction may be open.
    """
    for sale_id in passes.to_resolve():
        _attempt(sale_id, partial(passes.resolve, sale_id=sale_id, limit=PASSES, now=now))
    for sale_id in records.to_publish():
        _attempt(sale_id, partial(_end, sale_id, now=now))


def _end(sale_id: int, *, now: datetime) -> None:
    with transaction.atomic(durable=True):
        sale = Sale.objects.get(pk=sale_id)
        if sale.state == SaleState.CANCELLED:
            turns.give_back(sale)
        else:
            turns.earn(sale, now=now)
    if sale.voided_at is not None:
        _tell_void(sale, now=now)
    records.publish(sale_id=sale_id, now=now)


def _tell_void(sale: Sale, *, now: datetime) -> None:
    """Everybody in the sealed list knows that nothing was drawn, once."""
    with transaction.atomic(durable=True):
        if Act.objects.filter(sale=sale, kind=TOLD).exists():
            return
        acts.log(sale, kind=TOLD, by=None, detail={}, now=now)
        people = (entrant.person_id for entrant in entrants.of(sale))
        while some := list(islice(people, TOLD_AT_ONCE)):
            notices.notify_many(
                recipient_ids=some,
                kind=VOID,
                url=sale.get_absolute_url(),
                data={"title": sale.title},
                now=now,
            )


def _attempt(sale_id: int, act: Callable[[], object]) -> None:
    try:
        act()
    except Exception:
        logger.exception("Sale %s could not be concluded; it is tried again", sale_id)
