"""What a batch of claims reads and writes: entries, reservations, claims, in few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.db import connection

from flashsale import tokens
from flashsale.claim_states import ClaimState
from flashsale.gate.results import Result
from flashsale.intake.batches import BadEntry
from flashsale.models import Reservation, Sale

INSERT: Final = (Path(__file__).resolve().parent.parent / "sql" / "insert_claims.sql").read_text()


@dataclass(frozen=True, slots=True)
class InLine:
    """One admitted claim as the gate wrote it. `epoch` is the one that admitted it.

    `has_lost`: the order of the opening window has left nothing for it.
    """

    entry_id: str
    epoch: int
    person_id: int
    number: int
    lot_id: int
    slot: int
    ticket: str
    claimed_at: datetime
    wave: int
    has_lost: bool


@dataclass(frozen=True, slots=True)
class Reserver:
    """A reservation and whether its person may buy now; `refusal` says why not."""

    reservation_id: int
    number: int
    person_id: int
    lot_id: int
    address: Mapping[str, str]
    pay_from_wallet: bool
    refusal: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A claim as it is to be written, and what its person hears."""

    entry: InLine
    reserver: Reserver
    state: ClaimState
    unit_id: int | None = None
    unit_number: int = 0
    order_id: int | None = None
    order_number: str = ""
    held_until: datetime | None = None
    paid_at: datetime | None = None

    @property
    def result(self) -> Result:
        held, paid = self.state == ClaimState.HELD, self.state == ClaimState.PAID
        return Result(
            self.state,
            unit=self.unit_number,
            until=int(self.held_until.timestamp()) if held and self.held_until else 0,
            number=self.order_number if paid else "",
        )


def parse(sale: Sale, entry_id: str, fields: Mapping[str, str]) -> InLine:
    """Raises BadEntry for what the gate of this sale cannot have written."""
    try:
        entry = InLine(
            entry_id=entry_id,
            epoch=int(fields["epoch"]),
            person_id=int(fields["person"]),
            number=int(fields["number"]),
            lot_id=int(fields["lot"]),
            slot=int(fields["slot"]),
            ticket=fields["ticket"],
            claimed_at=datetime.fromtimestamp(int(fields["at"]) / 1_000_000, tz=UTC),
            wave=int(fields["wave"]),
            has_lost=fields["lost"] == "1",
        )
    except (KeyError, ValueError, OverflowError, OSError) as error:
        raise BadEntry(f"not a claim: {error!r}") from error
    right = tokens.ticket(sale_id=sale.pk, number=entry.number, slot=entry.slot, wave=entry.wave)
    if entry.ticket != right or not 1 <= entry.slot <= sale.slots:
        raise BadEntry("its ticket is not the one of its reservation, slot and wave")
    return entry


def reservers(sale: Sale, numbers: Iterable[int]) -> dict[int, Reserver]:
    """By number of the reservation. One query, plain values: rows of models cost three times."""
    rows = Reservation.objects.filter(sale=sale, number__in=list(numbers)).values_list(
        "pk",
        "number",
        "person_id",
        "lot_id",
        "address",
        "pay_from_wallet",
        "withdrawn_at",
        "person__user__is_active",
        "person__user__frozen_at",
    )
    return {
        number: Reserver(
            pk, number, person_id, lot_id, address, wallet, _refusal(gone, active, frozen)
        )
        for pk, number, person_id, lot_id, address, wallet, gone, active, frozen in rows
    }


def _refusal(withdrawn: datetime | None, active: bool | None, frozen: datetime | None) -> str:  # noqa: FBT001 - a row's columns in their order
    if withdrawn is not None:
        return "withdrawn"
    if not active:
        return "inactive"
    return "frozen" if frozen is not None else ""


def insert(sale: Sale, decided: Sequence[Decided], *, now: datetime) -> None:
    """One statement. Demands a transaction and the sale's lock."""
    if not decided:
        return
    columns: dict[str, Any] = {
        "lots": [one.reserver.lot_id for one in decided],
        "people": [one.reserver.person_id for one in decided],
        "reservations": [one.reserver.reservation_id for one in decided],
        "slots": [one.entry.slot for one in decided],
        "waves": [one.entry.wave for one in decided],
        "states": [one.state.value for one in decided],
        "units": [one.unit_id for one in decided],
        "orders": [one.order_id for one in decided],
        "tickets": [one.entry.ticket for one in decided],
        "reasons": [one.reserver.refusal for one in decided],
        "epochs": [one.entry.epoch for one in decided],
        "entries": [one.entry.entry_id for one in decided],
        "claimed": [one.entry.claimed_at for one in decided],
        "held": [one.held_until for one in decided],
        "paid": [one.paid_at for one in decided],
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT, {"sale": sale.pk, "now": now, **columns})
