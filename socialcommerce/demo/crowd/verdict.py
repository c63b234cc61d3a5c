"""What became of every unit and every person: what they heard against what PostgreSQL has."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from flashsale import verification
from flashsale.models import Claim, Lot
from flashsale.services.watch import conservation
from flashsale.standings import Standing
from payments.services import ledger
from socialcommerce.demo.crowd.visitors import Journal

SOLD_OUT = (Standing.SOLD_OUT, Standing.NO_STOCK)


@dataclass(frozen=True, slots=True)
class Verdict:
    units: conservation.Count
    fates: Counter[str]
    lines: tuple[str, ...]
    faults: tuple[str, ...]


def reach(lot: Lot, journal: Journal, *, people: int) -> Verdict:
    """Read after the last person has heard. `faults` is empty when everything held."""
    units = conservation.count(lot.sale_id)
    fates = journal.fates()
    sold_out = sum(fates[standing] for standing in SOLD_OUT)
    paid, doubled = fates[Standing.PAID], _doubled(lot)
    lines = (
        f"units    {_sum(units)} = {units.pledged} pledged",
        f"people   {paid} paid, {sold_out} sold out, {people - paid - sold_out} anything else",
        f"errors   {journal.server_errors} in {journal.requests} requests",
        f"doubled  {doubled}",
    )
    return Verdict(units, fates, lines, tuple(_faults(lot, journal, units, people, doubled)))


def _sum(units: conservation.Count) -> str:
    parts = ("free", "held", "paid", "pooled")
    return " + ".join(f"{part} {getattr(units, part)}" for part in parts)


def _faults(
    lot: Lot, journal: Journal, units: conservation.Count, people: int, doubled: int
) -> Iterator[str]:
    fates = journal.fates()
    if units.paid != units.pledged or not units.holds:
        yield f"{units.paid} of {units.pledged} units are paid"
    if fates[Standing.PAID] != units.pledged:
        yield f"{fates[Standing.PAID]} people heard that they have paid"
    if sum(fates[standing] for standing in SOLD_OUT) != people - units.pledged:
        yield f"somebody heard something else: {dict(fates)}"
    if journal.server_errors:
        yield f"{journal.server_errors} requests got no answer or a server error"
    if doubled:
        yield f"{doubled} people have more than one unit"
    yield from _broken_promises(lot, journal)
    yield from (str(fault) for fault in verification.faults(lot.sale_id))
    yield from (str(difference) for difference in ledger.verify())


def _doubled(lot: Lot) -> int:
    paid = Claim.objects.filter(sale_id=lot.sale_id, state="paid")
    return sum(count > 1 for count in Counter(paid.values_list("person_id", flat=True)).values())


def _broken_promises(lot: Lot, journal: Journal) -> Iterator[str]:
    """Whoever heard "paid" with an order's number has that order."""
    paid = Claim.objects.filter(sale_id=lot.sale_id, state="paid")
    rows = dict(paid.values_list("person_id", "order__number"))
    for profile_id, number in journal.orders.items():
        if rows.get(profile_id) != number:
            yield f"{profile_id} heard of order {number}, there is {rows.get(profile_id)}"
