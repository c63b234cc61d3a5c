"""What both drains share: entries in, one transaction, and what the gate is to hear of it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from django.db import InterfaceError, OperationalError, transaction

from flashsale import tokens
from flashsale.claim_states import ClaimState
from flashsale.gate.keys import claim_bit
from flashsale.gate.results import Result, of_claim
from flashsale.intake.streams import Entry
from flashsale.models import Claim, DeadLetter, Reservation, Stream
from flashsale.services.locking import StaleEpoch, lock_epoch
from flashsale.standings import Standing
from socialcommerce.lib import redis

logger = logging.getLogger(__name__)

# The year 2255. A stream entry is text and may say anything; a time beyond is poison.
MICROSECONDS_MAX: Final = 2**53
# Of numbers that their columns can hold.
EPOCH_DIGITS_MAX: Final = 9
ID_DIGITS_MAX: Final = 18
TIME_DIGITS_MAX: Final = 16
EPOCH: Final = datetime.fromtimestamp(0, tz=UTC)
# The trouble of a server or a machine, never of an entry: the batch comes again as it is.
ELSEWHERE: Final = (OperationalError, InterfaceError, redis.RedisError, StaleEpoch, MemoryError)


class Settled(NamedTuple):
    """One entry's end. `give`: its unit goes back to remain; `unmark`: the person may try again."""

    entry_id: str
    ticket: str = ""
    lot_id: int = 0
    result: Result | None = None
    give: bool = False
    unmark: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    settled: list[Settled]


@dataclass(frozen=True, slots=True)
class Batch:
    """`epoch` is the gate's as it was before the entries were read."""

    sale_id: int
    epoch: int
    entries: Sequence[Entry]
    now: datetime


class BadEntry(Exception):
    """An entry that no code of ours has written."""


Work = Callable[[Batch], Outcome]


def work(batch: Batch, *, stream: Stream, by: Work) -> Outcome:
    """Every entry is committed or a dead letter with its reason; one poison entry costs no other.

    So does a mistake of ours that one entry brings out: delivered again and again, it would keep
    all the others waiting. What was committed before the mistake stays what it is. Raises what is
    ELSEWHERE: StaleEpoch, a server that is away. Then nothing is done and the entries are
    delivered again.
    """
    try:
        return by(batch)
    except ELSEWHERE:
        raise
    except Exception as error:  # whatever it is, it is kept with its entry and an operator sees it
        if len(batch.entries) == 1:
            logger.exception("Sale %s: entry %s", batch.sale_id, batch.entries[0].id)
            return _bury(batch, stream=stream, reason=reason_of(error))
        logger.warning(
            "Sale %s: a batch of %s is split: %r", batch.sale_id, len(batch.entries), error
        )
    middle = len(batch.entries) // 2
    halves = [
        work(Batch(batch.sale_id, batch.epoch, part, batch.now), stream=stream, by=by)
        for part in (batch.entries[:middle], batch.entries[middle:])
    ]
    return Outcome([settled for half in halves for settled in half.settled])


def reason_of(error: Exception) -> str:
    """The first line of what went wrong, as long as a letter keeps it."""
    said = str(error) if isinstance(error, BadEntry) else f"{type(error).__name__}: {error}"
    return (said.splitlines() or ["?"])[0][:200]


def _bury(batch: Batch, *, stream: Stream, reason: str) -> Outcome:
    entry = batch.entries[0]
    with transaction.atomic(durable=True):
        lock_epoch(batch.sale_id, batch.epoch)
        written = WRITTEN[stream](batch.sale_id, entry)
        if written is not None:
            return Outcome([written])
        DeadLetter.objects.bulk_create(
            [
                DeadLetter(
                    sale_id=batch.sale_id,
                    stream=stream,
                    gate_epoch=batch.epoch,
                    gate_entry=entry.id[:40],
                    payload=entry.fields,
                    reason=reason,
                    created_at=batch.now,
                )
            ],
            ignore_conflicts=True,
        )
    logger.error("Sale %s: dead letter %s: %s", batch.sale_id, entry.id, reason)
    # Its bit and its unit of remain stay as they are: an entry nobody understands gives nothing
    # back by itself. The controller's reconciliation finds the free unit.
    # Its person hears that it was not taken, instead of waiting for ever.
    ticket = _ticket(batch.sale_id, stream, entry)
    result = Result(ClaimState.REFUSED) if ticket else None
    return Outcome([Settled(entry.id, ticket, result=result)])


def _ticket(sale_id: int, stream: Stream, entry: Entry) -> str:
    """Under which its person asks what became of it; empty if it does not say whose it is."""
    if stream == Stream.CLAIMS:
        return entry.fields.get("ticket", "")[:32]
    person_id = _number(entry.fields, "person", ID_DIGITS_MAX)
    if person_id is None:
        return ""
    return tokens.reservation_ticket(sale_id=sale_id, person_id=person_id)


def _written_claim(sale_id: int, entry: Entry) -> Settled | None:
    """The end of a claim whose batch went wrong after its commit: it stands, and is told."""
    epoch = _number(entry.fields, "epoch", EPOCH_DIGITS_MAX)
    if epoch is None:
        return None
    rows = Claim.objects.select_related("sale", "reservation", "unit", "order")
    claim = rows.filter(sale_id=sale_id, gate_epoch=epoch, gate_entry=entry.id).first()
    if claim is None:
        return None
    settled = Settled(entry.id, claim.ticket, lot_id=claim.lot_id, result=of_claim(claim))
    if claim.state != ClaimState.REFUSED:
        return settled
    number, slots = claim.reservation.number, claim.sale.slots
    bit = claim_bit(number=number, slot=claim.slot, slots=slots)
    return settled._replace(give=entry.fields.get("lost") != "1", unmark=bit)


def _written_reservation(sale_id: int, entry: Entry) -> Settled | None:
    """Likewise of a reservation: the row that this very entry has written names its time."""
    person_id = _number(entry.fields, "person", ID_DIGITS_MAX)
    received_us = _number(entry.fields, "at", TIME_DIGITS_MAX)
    if person_id is None or received_us is None or received_us >= MICROSECONDS_MAX:
        return None
    rows = Reservation.objects.standing().filter(sale_id=sale_id, person_id=person_id)
    row = rows.filter(received_at=EPOCH + timedelta(microseconds=received_us)).first()
    if row is None:
        return None
    ticket = _ticket(sale_id, Stream.RESERVATIONS, entry)
    return Settled(entry.id, ticket, result=Result(Standing.RESERVED, number=str(row.number)))


def _number(fields: Mapping[str, str], name: str, digits: int) -> int | None:
    """None for anything that no column could hold: an entry is text and may say anything."""
    text = fields.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= digits else None


WRITTEN: Final[dict[Stream, Callable[[int, Entry], Settled | None]]] = {
    Stream.CLAIMS: _written_claim,
    Stream.RESERVATIONS: _written_reservation,
}
