"""What a batch of claims reads and writes: a fixed number of statements over plain values.

Nothing here is a model: an instance costs more than the row it stands for, and the time of a
batch is the length of everybody's wait.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.db import connection

from flashsale import tokens
from flashsale.claim_states import LIVE, ClaimState
from flashsale.intake.batches import MICROSECONDS_MAX, BadEntry
from flashsale.models import Claim, Sale
from flashsale.proof import chain
from flashsale.services.units import FreeUnit
from shop.services.orders import OrderRef
from socialcommerce.lib import arrays

SQL: Final = Path(__file__).resolve().parent.parent / "sql"
RESERVERS: Final = (SQL / "reservers.sql").read_text()
INSERT: Final = (SQL / "insert_claims.sql").read_text()
HELD_BY_ADDRESS: Final = (SQL / "held_by_address.sql").read_text()


class InLine(NamedTuple):
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
    claimed_us: int
    wave: int
    has_lost: bool


class Reserver(NamedTuple):
    """A reservation and whether its person may buy now; `refusal` says why not.

    `address` is the JSON text that the reservation keeps.
    """

    reservation_id: int
    number: int
    person_id: int
    lot_id: int
    address: str
    address_digest: str
    pay_from_wallet: bool
    refusal: str


Pair = tuple[InLine, Reserver]


class Earlier(NamedTuple):
    """A claim that one of the batch's people has in this sale already."""

    claim_id: int
    reservation_id: int
    slot: int
    ticket: str
    state: str
    epoch: int
    entry_id: str


class Decided(NamedTuple):
    """A claim as it is to be written. Without a unit, `reason` may say why it was refused."""

    entry: InLine
    reserver: Reserver
    state: ClaimState
    unit: FreeUnit | None = None
    order: OrderRef | None = None
    reason: str = ""


def parse(sale_id: int, entry_id: str, fields: Mapping[str, str]) -> InLine:
    """Raises BadEntry for what the gate of this sale cannot have written."""
    try:
        entry = InLine(
            entry_id,
            int(fields["epoch"]),
            int(fields["person"]),
            int(fields["number"]),
            int(fields["lot"]),
            int(fields["slot"]),
            fields["ticket"],
            int(fields["at"]),
            int(fields["wave"]),
            fields["lost"] == "1",
        )
    except (KeyError, ValueError) as error:
        raise BadEntry(f"not a claim: {error!r}") from error
    right = tokens.ticket(sale_id=sale_id, number=entry.number, slot=entry.slot, wave=entry.wave)
    if entry.ticket != right:
        raise BadEntry("its ticket is not the one of its reservation, slot and wave")
    if not 0 <= entry.claimed_us < MICROSECONDS_MAX:
        raise BadEntry("it was claimed at no time")
    return entry


def reservers(sale: Sale, numbers: Iterable[int]) -> dict[int, Reserver]:
    """By number of the reservation. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(RESERVERS, {"sale": sale.pk, "numbers": arrays.integers(set(numbers))})
        return {row[1]: Reserver(*row) for row in cursor.fetchall()}


def earlier(reservation_ids: Iterable[int]) -> list[Earlier]:
    """Every claim under these reservations, refused ones included. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, reservation_id, slot, ticket, state, gate_epoch, gate_entry"
            " FROM flashsale_claim WHERE reservation_id = ANY(%s::bigint[])",
            [arrays.integers(reservation_ids)],
        )
        return [Earlier(*row) for row in cursor.fetchall()]


def held_by_address(sale: Sale, digests: Iterable[str]) -> dict[str, int]:
    """How many units of the sale go to each of these addresses as things stand."""
    wanted = arrays.texts(list(set(digests)))
    with connection.cursor() as cursor:
        cursor.execute(
            HELD_BY_ADDRESS, {"sale": sale.pk, "digests": wanted, "live": arrays.words(LIVE)}
        )
        return dict(cursor.fetchall())


def loaded(claim_ids: Sequence[int]) -> dict[int, Claim]:
    """These claims with their units and orders, by id."""
    return Claim.objects.select_related("unit", "order").in_bulk(claim_ids)


def extend_log(sale: Sale, decided: Sequence[Decided]) -> list[str]:
    """The hash of each in turn; sale.log_length and log_head are the new end, still unsaved.

    A claim that is paid in its batch reads "held" in the log: whether the wallet sufficed is
    nobody else's business, and both have the unit.
    """
    head, number, hashes = sale.log_head, sale.log_length, []
    for one in decided:
        number += 1
        entry = one.entry
        state = ClaimState.HELD.value if one.unit else one.state.value
        unit = one.unit.number if one.unit else 0
        line = chain.Line(
            number, entry.number, entry.slot, entry.wave, entry.lot_id, entry.claimed_us, state,
            unit,
        )  # fmt: skip
        head = chain.link(head, line)
        hashes.append(head)
    sale.log_length, sale.log_head = number, head
    return hashes


def insert(
    sale: Sale, decided: Sequence[Decided], hashes: Sequence[str], *, until: datetime, now: datetime
) -> None:
    """The claims are rows, those with a unit held until `until` or paid now. One statement.

    `hashes` are those of `extend_log`. Demands a transaction and the sale's lock.
    """
    values: dict[str, Any] = {
        "sale": sale.pk,
        "now": now,
        "until": until,
        "length": sale.log_length - len(decided),
        "lots": arrays.integers(one.reserver.lot_id for one in decided),
        "people": arrays.integers(one.reserver.person_id for one in decided),
        "reservations": arrays.integers(one.reserver.reservation_id for one in decided),
        "slots": arrays.integers(one.entry.slot for one in decided),
        "waves": arrays.integers(one.entry.wave for one in decided),
        "states": arrays.words(one.state.value for one in decided),
        "units": arrays.optional_integers(one.unit and one.unit.id for one in decided),
        "orders": arrays.optional_integers(one.order and one.order.id for one in decided),
        "tickets": arrays.words(one.entry.ticket for one in decided),
        "reasons": arrays.texts([one.reason for one in decided]),
        "epochs": arrays.integers(one.entry.epoch for one in decided),
        "entries": arrays.texts([one.entry.entry_id for one in decided]),
        "claimed": arrays.integers(one.entry.claimed_us for one in decided),
        "hashes": arrays.words(hashes),
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)
