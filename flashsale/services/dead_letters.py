"""Entries of the gate's streams that could not be worked: tried again, or given up for good.

An entry is worked in the sale's present epoch and under its own name, so that what it became is
found again however often it is tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from flashsale.claim_states import LIVE
from flashsale.gate import control
from flashsale.gate.keys import claim_bit
from flashsale.intake import batches, claim_rows, drains
from flashsale.intake.batches import BadEntry, Batch, Settled
from flashsale.intake.streams import Entry
from flashsale.models import Claim, DeadLetter, Sale, Stream
from flashsale.sale_states import SaleState
from flashsale.services import acts
from flashsale.services.locking import StaleEpoch
from socialcommerce.lib.problems import Invalid


class ReasonMissing(Invalid):
    code = "reason-missing"
    title = _("Please say why, for the audit log")


@dataclass(frozen=True, slots=True)
class Reworked:
    """How many letters are gone, and how many are still there with a new reason."""

    ended: int
    kept: int


def rework(letter_ids: Sequence[int], *, by: User, now: datetime) -> Reworked:
    """Each letter's entry was tried again: it is gone if it ended, as held, refused or anything
    else, and keeps its new reason otherwise.

    Opens a transaction for each, and each locks its sale. A letter that is gone by now is passed
    over. Raises what says that a server is away, OperationalError say; then the letters that are
    left were not tried.
    """
    letters = DeadLetter.objects.filter(pk__in=letter_ids).select_related("sale").order_by("pk")
    ended = [_rework(letter, by=by, now=now) for letter in letters]
    return Reworked(ended=sum(ended), kept=len(ended) - sum(ended))


def discard(letter_ids: Sequence[int], *, by: User, reason: str, now: datetime) -> int:
    """The letters are gone and the audit log has what they said; how many. Their people may
    try again while the sale lets them. Opens the transactions. Raises ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing
    letters = DeadLetter.objects.filter(pk__in=letter_ids).select_related("sale").order_by("pk")
    gone = [letter for letter in letters if _end(letter, "letter_discarded", reason, by, now)]
    for letter in gone:
        settled = Settled(letter.gate_entry, unmark=_bit(letter))
        control.amend(letter.sale, stream=Stream(letter.stream), settled=settled)
    return len(gone)


def _rework(letter: DeadLetter, *, by: User, now: datetime) -> bool:
    sale, entry = letter.sale, Entry(letter.gate_entry, letter.payload)
    if sale.state != SaleState.APPROVED:
        return _keep(letter, f"not now: the sale is {sale.state}")
    try:
        outcome = drains.WORK[Stream(letter.stream)](Batch(sale.pk, sale.epoch, [entry], now))
    except StaleEpoch:
        return _keep(letter, "not now: the gate is being opened anew")
    except batches.ELSEWHERE:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the letter says so
        return _keep(letter, batches.reason_of(error))
    # Whoever takes the letter away tells the gate, and nobody else does.
    if _end(letter, "letter_reworked", letter.reason, by, now):
        _tell(sale, Stream(letter.stream), outcome.settled[0])
    return True


def _keep(letter: DeadLetter, reason: str) -> bool:
    DeadLetter.objects.filter(pk=letter.pk).update(reason=reason)
    return False


def _end(letter: DeadLetter, kind: str, reason: str, by: User, now: datetime) -> bool:
    """False if somebody else has ended it meanwhile."""
    detail = {
        "stream": letter.stream,
        "entry": letter.gate_entry,
        "payload": letter.payload,
        "reason": reason,
    }
    with transaction.atomic(durable=True):
        deleted, _per_model = DeadLetter.objects.filter(pk=letter.pk).delete()
        if deleted:
            acts.log(letter.sale, kind=kind, by=by, detail=detail, now=now)
    return bool(deleted)


def _tell(sale: Sale, stream: Stream, settled: Settled) -> None:
    if stream == Stream.RESERVATIONS:
        control.amend(sale, stream=stream, settled=settled)
        return
    claim = Claim.objects.filter(sale=sale, ticket=settled.ticket).order_by("-pk").first()
    has_unit = claim is not None and claim.state in LIVE
    lot_id = claim.lot_id if claim is not None else 0
    # Its person may have paid by now: the claim is read again rather than told as it was.
    control.amend(
        sale,
        stream=stream,
        settled=settled._replace(lot_id=lot_id, result=None),
        taken=int(has_unit),
    )
    if claim is not None:
        control.answer([claim.pk])


def _bit(letter: DeadLetter) -> int | None:
    """What keeps the letter's person from trying again; None if the letter does not say who."""
    try:
        if letter.stream == Stream.RESERVATIONS:
            return int(letter.payload["person"])
        entry = claim_rows.parse(letter.sale_id, letter.gate_entry, letter.payload)
    except (BadEntry, KeyError, ValueError):
        return None
    return claim_bit(number=entry.number, slot=entry.slot, slots=letter.sale.slots)
