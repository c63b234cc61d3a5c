"""The sale's row lock: it fences and serialises whatever decides about units.

Lock order everywhere: sale, claim, unit, order, payment, ledger accounts.
"""

from flashsale.models import Sale
from socialcommerce.lib import guards


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
