"""What a rehearsal leaves behind goes, some hundred rows at a time. The books stay.

Ledger rows and the payments that they speak of are for ever, in test money as in any other; so
are the sale's own row and its lots, which the verdict names.
"""

from typing import Any, Final

from django.db import models, transaction

from accounts.models import Notification
from flashsale.models import (
    Attendance,
    Claim,
    DeadLetter,
    Pass,
    Reservation,
    Sale,
    Second,
    Tree,
    Turn,
    Unit,
    WaitingPlace,
)
from flashsale.sale_states import SaleState
from shop.models import Order, OrderLine

ROWS: Final = 500  # in one transaction
OVER: Final = (SaleState.SETTLED, SaleState.CANCELLED)


def sweep() -> int:
    """Every rehearsal that is over has left no row but its books; how many had some.

    No transaction may be open. One that still runs is left alone.
    """
    over = Sale.objects.exclude(rehearses=None).filter(state__in=OVER, units__isnull=False)
    ids = list(over.distinct().values_list("pk", flat=True))
    for sale_id in ids:
        for model in (WaitingPlace, Turn, Pass):  # they point at claims or reservations
            _delete_all(model.objects.filter(sale_id=sale_id))
        while _delete_claims(sale_id) == ROWS:
            pass
        for rest in (Unit, Reservation, DeadLetter, Attendance, Second, Tree):
            _delete_all(rest.objects.filter(sale_id=sale_id))
    _delete_all(Notification.objects.filter(recipient__is_extra=True))
    return len(ids)


def _delete_all(rows: models.QuerySet[Any]) -> None:
    while ids := list(rows.values_list("pk", flat=True)[:ROWS]):
        rows.filter(pk__in=ids).delete()


def _delete_claims(sale_id: int) -> int:
    """Some claims, with their orders and those orders' lines; how many."""
    with transaction.atomic(durable=True):
        claims = Claim.objects.filter(sale_id=sale_id)
        rows = list(claims.values_list("pk", "order_id")[:ROWS])
        orders = [order_id for _pk, order_id in rows if order_id is not None]
        claims.filter(pk__in=[pk for pk, _order in rows]).delete()
        OrderLine.objects.filter(order__in=orders).delete()
        Order.objects.filter(pk__in=orders).delete()
    return len(rows)
