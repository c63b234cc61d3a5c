"""Go or no-go: what a played sale shows, each figure that must be zero and those that inform."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from django.db import connection

from flashsale import verification
from flashsale.claim_states import LIVE
from flashsale.models import Claim, DeadLetter, Sale, SaleKind
from flashsale.rehearsal import journal as journals
from flashsale.rehearsal.journal import Journal
from flashsale.sale_states import SaleState
from flashsale.services.watch import conservation
from payments.services import ledger

WORDS_MAX: Final = 20  # of what is wrong, kept with the verdict

DOUBLED: Final = """
SELECT count(*) FROM (
    SELECT 1 FROM flashsale_claim
    WHERE sale_id = %(sale)s AND state IN ('held', 'paying', 'paid')
    GROUP BY person_id, slot HAVING count(*) > 1
    UNION ALL
    SELECT 1 FROM shop_order
    WHERE origin_reference LIKE 'sale:' || %(sale)s || ':%%'
    GROUP BY origin_reference HAVING count(*) > 1
) AS twice
"""
# Units that nobody was ever given although somebody came for one of that lot and got none.
NEVER_GIVEN: Final = """
SELECT count(*) FROM flashsale_unit unit WHERE unit.sale_id = %(sale)s
AND NOT EXISTS (SELECT 1 FROM flashsale_claim claim WHERE claim.unit_id = unit.id)
AND EXISTS (
    SELECT 1 FROM flashsale_reservation reservation
    WHERE reservation.sale_id = unit.sale_id AND reservation.lot_id = unit.lot_id
      AND reservation.person_id = ANY(%(came)s)
      AND NOT EXISTS (
        SELECT 1 FROM flashsale_claim claim
        WHERE claim.reservation_id = reservation.id AND claim.unit_id IS NOT NULL
      )
)
"""
STUCK: Final = """
SELECT count(*) FROM flashsale_claim claim
JOIN shop_order ON shop_order.id = claim.order_id
LEFT JOIN payments_payment payment ON payment.id = shop_order.payment_id
WHERE claim.sale_id = %(sale)s AND (
    claim.state IN ('held', 'paying') OR shop_order.state = 'awaiting_payment'
    OR payment.state NOT IN ('succeeded', 'failed', 'cancelled')
)
"""
PEAK: Final = """
SELECT coalesce(max(claims), 0) FROM (
    SELECT count(*) AS claims FROM flashsale_claim
    WHERE sale_id = %(sale)s AND unit_id IS NOT NULL
    GROUP BY date_trunc('second', created_at)
) AS second
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`over` to `dead_letters` are zero in a sale that is go; the rest informs."""

    over: int
    under: int
    lost: int
    doubled: int
    stuck_payments: int
    dead_letters: int
    units: int
    people: int
    reserved: int
    paid: int
    decided_a_second: int
    p95_ms: float
    unanswered: int
    wrong: tuple[str, ...]

    @property
    def is_go(self) -> bool:
        zeros = (self.over, self.under, self.lost, self.doubled, self.stuck_payments)
        # Of which most could not take part, a rehearsal says nothing.
        took_part = 2 * self.reserved >= self.people
        return took_part and not (any(zeros) or self.dead_letters or self.wrong)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "wrong": list(self.wrong), "go": self.is_go}


def reach(sale: Sale, journal: Journal, *, people: int) -> Verdict:
    """Read once the sale is over and settled. Reads only."""
    sale.refresh_from_db()
    broken = journals.broken_promises(journal, sale.pk)
    units = conservation.count(sale.pk)
    return Verdict(
        over=_over(sale, units),
        under=_count(NEVER_GIVEN, sale, came=sorted(_wanted(sale, journal))),
        lost=len(broken),
        doubled=_count(DOUBLED, sale),
        stuck_payments=_count(STUCK, sale),
        dead_letters=DeadLetter.objects.filter(sale=sale).count(),
        units=units.pledged,
        people=people,
        reserved=sale.reserved - sale.withdrawn,
        paid=units.paid,
        decided_a_second=_count(PEAK, sale),
        p95_ms=journal.p95_ms("claim"),
        unanswered=journal.errors,
        wrong=tuple(_wrong(sale, broken))[:WORDS_MAX],
    )


def _wanted(sale: Sale, journal: Journal) -> set[int]:
    """Who was to have a unit if one was free: who came for it, or is in the draw."""
    return journal.reserved() if sale.kind == SaleKind.DRAW else journal.came()


def _over(sale: Sale, units: conservation.Count) -> int:
    live = Claim.objects.filter(sale=sale, state__in=LIVE).count()
    return max(0, live - units.pledged)


def _wrong(sale: Sale, broken: list[str]) -> list[str]:
    found = list(broken)
    if sale.state != SaleState.SETTLED:
        found.append(f"the sale did not settle: {sale.state} {sale.pause_reason}".strip())
    found += [str(fault) for fault in verification.faults(sale.pk)]
    return found + [f"ledger: {difference}" for difference in ledger.verify()]


def _count(query: str, sale: Sale, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, {"sale": sale.pk, **values})
        return int(cursor.fetchone()[0])
