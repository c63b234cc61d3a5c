"""A word to people shortly before a sale starts: whoever asked for it, and whoever reserved."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from flashsale.models import Reminder, Reservation, Sale
from flashsale.sale_states import SaleState
from flashsale.services.line_up import news
from socialcommerce.lib import faultpoints, guards
from socialcommerce.lib.problems import Conflict, NotFound

logger = logging.getLogger(__name__)

BATCH: Final = 5_000  # people told in one transaction, some tenths of a second

# Reservers need not ask: they get their row when it is due.
ADD_RESERVERS: Final = """
INSERT INTO flashsale_reminder (sale_id, person_id)
SELECT r.sale_id, r.person_id
FROM flashsale_reservation r
WHERE r.sale_id = %s AND r.withdrawn_at IS NULL AND NOT EXISTS (
    SELECT FROM flashsale_reminder m WHERE m.sale_id = r.sale_id AND m.person_id = r.person_id
)
LIMIT %s
ON CONFLICT (sale_id, person_id) DO NOTHING
"""


class TooLate(Conflict):
    code = "too-late-to-remind"
    title = _("It is too late for a reminder")


def ask(*, sale_id: int, person: Profile, now: datetime) -> None:
    """The person is told LINE_UP_REMIND_MINUTES before the start. Repeatable.

    Raises NotFound, TooLate once the sale has started or is off.
    """
    sale = Sale.objects.public().filter(pk=sale_id).first()
    if sale is None:
        raise NotFound
    if sale.state not in (SaleState.APPROVED, SaleState.PAUSED) or now >= sale.starts_at:
        raise TooLate(_("The sale has started, or is over."))
    Reminder.objects.get_or_create(sale=sale, person=person)


def forget(*, sale_id: int, person: Profile) -> None:
    """Nobody reminds the person, unless they reserve. Repeatable."""
    Reminder.objects.filter(sale_id=sale_id, person=person, sent_at=None).delete()


def has_asked(*, sale_id: int, person: Profile) -> bool:
    return Reminder.objects.filter(sale_id=sale_id, person=person).exists()


def send(*, now: datetime) -> bool:
    """Up to BATCH people of each sale that starts within LINE_UP_REMIND_MINUTES are told, each
    once; True if somebody is left. Several at once share the work. A sale that has started or is
    paused reminds nobody.
    """
    until = now + timedelta(minutes=settings.LINE_UP_REMIND_MINUTES)
    soon = Sale.objects.public().filter(
        state=SaleState.APPROVED, starts_at__gt=now, starts_at__lte=until
    )
    left = [_attempt(sale, now=now) for sale in soon.order_by("starts_at")]
    return any(left)


def _attempt(sale: Sale, *, now: datetime) -> bool:
    try:
        return _send(sale, now=now)
    except Exception:
        logger.exception("Sale %s: nobody was reminded; it is tried again", sale.pk)
        return False


def _send(sale: Sale, *, now: datetime) -> bool:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(ADD_RESERVERS, [sale.pk, BATCH])
        due = _due(sale)
        if guards.is_on("reminders locked"):
            due = due.select_for_update(no_key=True, skip_locked=True, of=("self",))
        rows = list(due.order_by("pk").values_list("pk", "person_id")[:BATCH])
        faultpoints.reach("reminders picked")
        Reminder.objects.filter(pk__in=[pk for pk, _person in rows]).update(sent_at=now)
        news.starts_soon(sale, [person for _pk, person in rows], now=now)
    return len(rows) == BATCH


def _due(sale: Sale) -> "QuerySet[Reminder]":
    """Whoever withdrew does not take part, and a closed account reads nothing."""
    withdrew = Reservation.objects.filter(sale=sale, person=OuterRef("person"))
    due = Reminder.objects.filter(sale=sale, sent_at=None, person__user__is_active=True)
    return due.exclude(Exists(withdrew.exclude(withdrawn_at=None)))
