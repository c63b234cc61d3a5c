"""Where every unit of a sale went: as lines of the record, and as rows of the public page."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, Q

from accounts.models import Membership, Profile
from flashsale.claim_states import LIVE, UNPAID, ClaimState
from flashsale.gate.keys import microseconds
from flashsale.models import Claim, Sale, Unit
from flashsale.proof import people
from flashsale.proof.chain import Line
from flashsale.unit_states import UnitState
from socialcommerce.lib import keyset

CHUNK: Final = 2_000  # units, and the claims on them, in memory at once
PAGE: Final = 60
# How the log wrote a claim down, whatever became of it afterwards.
WITHOUT_UNIT: Final = (ClaimState.NO_STOCK, ClaimState.REFUSED)
MOVED: Final = "moved"

Part = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fate:
    """One unit on the public page; `who` is the pseudonym of the claim that has it, or empty."""

    unit: Unit
    who: str
    log_number: int
    is_staff: bool
    passed_through: int

    @property
    def state(self) -> str:
        return str(UnitState(self.unit.state).label)


def decisions(sale: Sale) -> Iterator[Part]:
    """The chained log, in its order. One query."""
    rows = Claim.objects.filter(sale=sale, log_number__isnull=False).order_by("log_number")
    values = rows.values_list(
        "log_number",
        "reservation__number",
        "slot",
        "wave",
        "lot_id",
        "claimed_at",
        "state",
        "log_unit",
        "unit__number",
        "log_hash",
    )
    for row in values.iterator(chunk_size=CHUNK):
        yield {"part": "decision", "line": str(_line(row)), "hash": row[-1]}


def units(sale: Sale) -> Iterator[Part]:
    """Each unit with everybody who had it, in turn. Two queries for CHUNK units."""
    staff, moved = staff_of(sale), _moved(sale)
    rows = Unit.objects.filter(sale=sale).order_by("lot_id", "number")
    page: list[Unit] = []
    for unit in rows.iterator(chunk_size=CHUNK):
        page.append(unit)
        if len(page) == CHUNK:
            yield from _unit_parts(page, staff, moved)
            page = []
    yield from _unit_parts(page, staff, moved)


def page(sale: Sale, *, cursor: str | None) -> "tuple[list[Fate], str | None]":
    """One page of units in the order of their numbers, and the cursor of the next. Five queries.

    Raises keyset.BadCursor.
    """
    # By lots, which the index begins with: not past the units of every earlier sale.
    lots = list(sale.lots.values_list("pk", flat=True))
    rows = Unit.objects.filter(lot__in=lots).select_related("lot__variant__product")
    found = keyset.page(rows, cursor=cursor, size=PAGE, order=("lot_id", "number"))
    staff, claims = staff_of(sale), _claims(found.items)
    return [_fate(unit, claims[unit.pk], staff) for unit in found.items], found.next_cursor


def staff_of(sale: Sale) -> set[int]:
    """The profiles of operators and of whoever acts for a store of the sale."""
    stores = sale.lots.values("variant__product__store__profile")
    members = Membership.objects.filter(profile__in=stores).values("user")
    people_of = Profile.objects.filter(Q(user__is_operator=True) | Q(user__in=members))
    return set(people_of.values_list("pk", flat=True))


def line_of(claim: Claim) -> Line:
    """The claim's line of the log. Reads claim.reservation and claim.unit."""
    unit = claim.unit.number if claim.unit else None
    return _line(
        (
            claim.log_number,
            claim.reservation.number,
            claim.slot,
            claim.wave,
            claim.lot_id,
            claim.claimed_at,
            claim.state,
            claim.log_unit,
            unit,
        )
    )


def _line(row: Sequence[Any]) -> Line:
    log_number, number, slot, wave, lot_id, claimed_at, state, log_unit, unit = row[:9]
    decided = state if state in WITHOUT_UNIT else ClaimState.HELD.value
    return Line(
        log_number=log_number,
        number=number,
        slot=slot,
        wave=wave,
        lot_id=lot_id,
        claimed_us=microseconds(claimed_at),
        state=decided,
        unit=(log_unit or unit or 0) if decided == ClaimState.HELD else 0,
    )


def _unit_parts(
    page: Sequence[Unit], staff: set[int], moved: Mapping[tuple[int, int], list[int]]
) -> Iterator[Part]:
    claims = _claims(page)
    for unit in page:
        left = [(number, MOVED) for number in moved.get((unit.lot_id, unit.number), [])]
        went = left + [(claim.log_number or 0, _end(claim)) for claim in claims[unit.pk]]
        owner = _owner(claims[unit.pk])
        yield {
            "part": "unit",
            "lot": unit.lot_id,
            "unit": unit.number,
            "state": unit.state,
            "staff": owner is not None and owner.person_id in staff,
            "went": sorted(went, key=lambda one: (one[1] in LIVE, one[0])),
        }


def _claims(page: Sequence[Unit]) -> defaultdict[int, list[Claim]]:
    """The claims that have or had each unit, the first first."""
    found: defaultdict[int, list[Claim]] = defaultdict(list)
    rows = Claim.objects.filter(unit__in=[unit.pk for unit in page]).order_by("log_number", "pk")
    for claim in rows.only("log_number", "state", "unit", "person", "sale"):
        found[claim.unit_id or 0].append(claim)
    return found


def _moved(sale: Sale) -> dict[tuple[int, int], list[int]]:
    """(lot, unit) of the log line -> the claims that late money moved to another unit. Few."""
    found: dict[tuple[int, int], list[int]] = {}
    rows = Claim.objects.filter(sale=sale, log_unit__gt=0).exclude(log_unit=F("unit__number"))
    for lot_id, unit, number in rows.values_list("lot_id", "log_unit", "log_number"):
        found.setdefault((lot_id, unit), []).append(number or 0)
    return found


def _end(claim: Claim) -> str:
    """What became of it; a payment that is under way is still a unit that is held."""
    return str(ClaimState.HELD if claim.state in UNPAID else claim.state)


def _owner(claims: Sequence[Claim]) -> Claim | None:
    return next((claim for claim in claims if claim.state in LIVE), None)


def _fate(unit: Unit, claims: Sequence[Claim], staff: set[int]) -> Fate:
    owner = _owner(claims)
    return Fate(
        unit=unit,
        who=people.pseudonym(owner.sale_id, owner.person_id) if owner else "",
        log_number=(owner.log_number or 0) if owner else 0,
        is_staff=owner is not None and owner.person_id in staff,
        passed_through=len(claims) - (owner is not None),
    )
