"""The proof of one sale after the fact: each query finds rows that must not be."""

from dataclasses import dataclass
from typing import Final

from django.db import connection

from flashsale.services.watch import conservation


@dataclass(frozen=True, slots=True)
class Fault:
    what: str
    key: int

    def __str__(self) -> str:
        return f"{self.what}: {self.key}"


CHECKS: Final = {
    "a unit with two live claims": """
        SELECT unit_id FROM flashsale_claim
        WHERE sale_id = %s AND state IN ('held', 'paying', 'paid')
        GROUP BY unit_id HAVING count(*) > 1""",
    "a person above the limit": """
        SELECT claim.person_id FROM flashsale_claim claim
        JOIN flashsale_sale sale ON sale.id = claim.sale_id
        WHERE sale.id = %s AND claim.state IN ('held', 'paying', 'paid')
        GROUP BY claim.person_id, sale.slots HAVING count(*) > sale.slots""",
    "a paid claim whose order is not paid": """
        SELECT claim.id FROM flashsale_claim claim JOIN shop_order ON shop_order.id = claim.order_id
        WHERE claim.sale_id = %s AND claim.state = 'paid'
          AND shop_order.state NOT IN ('paid', 'shipped', 'completed')""",
    "a paid claim without the money": """
        SELECT claim.id FROM flashsale_claim claim
        JOIN shop_order ON shop_order.id = claim.order_id
        LEFT JOIN payments_payment payment ON payment.id = shop_order.payment_id
        WHERE claim.sale_id = %s AND claim.state = 'paid'
          AND (payment.id IS NULL OR payment.captured_minor <> shop_order.total_minor)""",
    "an unpaid claim whose order does not await payment": """
        SELECT claim.id FROM flashsale_claim claim JOIN shop_order ON shop_order.id = claim.order_id
        WHERE claim.sale_id = %s AND claim.state IN ('held', 'paying')
          AND shop_order.state <> 'awaiting_payment'""",
    "an order of a claim that is over, still open": """
        SELECT claim.id FROM flashsale_claim claim JOIN shop_order ON shop_order.id = claim.order_id
        WHERE claim.sale_id = %s AND claim.state IN ('expired', 'refunded')
          AND shop_order.state IN ('awaiting_payment', 'paid', 'shipped', 'completed')""",
    "a gap in the numbers of reservations": """
        SELECT max(number) FROM flashsale_reservation
        WHERE sale_id = %s HAVING max(number) <> count(*)""",
}


def faults(sale_id: int) -> list[Fault]:
    """Everything that is wrong with the sale's books; empty if they prove. Reads only."""
    found = [Fault(what, row[0]) for what, query in CHECKS.items() for row in _rows(query, sale_id)]
    if not conservation.count(sale_id).holds:
        found.append(Fault("the units do not add up to what was pledged", sale_id))
    return found


def _rows(query: str, sale_id: int) -> list[tuple[int]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [sale_id])
        return list(cursor.fetchall())
