"""The sale's row lock: it fences and serialises whatever decides about units.

Lock order everywhere: sale, claim, unit, order, payment, ledger accounts.
"""

from typing import Final

from django.db import connection

from flashsale.models import Sale
from socialcommerce.lib import guards

KEEP_SALE: Final = """
SELECT sale.id FROM flashsale_sale sale JOIN flashsale_claim claim ON claim.sale_id = sale.id
WHERE claim.order_id = %s FOR KEY SHARE OF sale
"""


KEEP_OPEN: Final = "SELECT id FROM flashsale_sale WHERE id = %s FOR KEY SHARE"


class StaleEpoch(Exception):
    """The gate was rebuilt since the caller read from it: its work belongs to somebody else."""


def lock_sale(sale_id: int) -> Sale:
    """The sale, FOR NO KEY UPDATE. Demands a transaction."""
    sales = Sale.objects.all()
    if guards.is_on("sale lock"):
        sales = sales.select_for_update(no_key=True)
    return sales.get(pk=sale_id)


def lock_epoch(sale_id: int, epoch: int) -> Sale:
    """The same, if `epoch` still stands. Raises StaleEpoch."""
    sale = lock_sale(sale_id)
    if sale.epoch != epoch:
        raise StaleEpoch(f"sale {sale_id}: {epoch} is over, {sale.epoch} stands")
    return sale


def lock_sale_to_end(sale_id: int) -> Sale:
    """The sale, FOR UPDATE: no order of it is on its way to give a unit back to a sale that is
    over. Demands a transaction.
    """
    return Sale.objects.select_for_update().get(pk=sale_id)


def keep_sale(order_id: int) -> None:
    """The sale of this order does not end until the transaction does. Batches are not kept
    waiting: theirs is a weaker lock. Demands a transaction.
    """
    if guards.is_on("sale kept"):
        with connection.cursor() as cursor:
            cursor.execute(KEEP_SALE, [order_id])


def keep_open(sale_id: int) -> None:
    """The sale's list is not sealed, nor does it end, until the transaction does. As above, no
    batch is kept waiting. Demands a transaction.
    """
    if guards.is_on("sale kept"):
        with connection.cursor() as cursor:
            cursor.execute(KEEP_OPEN, [sale_id])
