"""What people hear of their sale while they are elsewhere: in chunks, after the rush, each once.

The sale remembers how far in its log it has told and each wave the last reservation number, in
the transaction that writes the lines; so a worker that dies tells nobody twice.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from accounts.services import notices
from flashsale.claim_states import ClaimState
from flashsale.models import Claim, Sale, SaleKind, Wave
from flashsale.services import waves

HELD: Final = "flashsale.held"
PAID: Final = "flashsale.paid"
WAVE_COMES: Final = "flashsale.wave_comes"
WAVE_LOST: Final = "flashsale.wave_lost"

# Kind of notice -> its template. Registered when the app is ready.
TEMPLATES: Final = {
    kind: f"flashsale/notices/{kind.removeprefix('flashsale.')}.html"
    for kind in (HELD, PAID, WAVE_COMES, WAVE_LOST)
}
KIND_OF: Final = {ClaimState.HELD: HELD, ClaimState.PAID: PAID}
CHUNK: Final = 2_000
# Whoever lost hears of the next wave this long before it opens.
AHEAD: Final = timedelta(minutes=3)
# Of the time to pay, whoever is elsewhere hears of their unit while so many parts but one are left.
PARTS_OF_HOLD: Final = 4

# Who came (to the gate, or with a claim that got nothing) and never had a unit of the sale.
# PostgreSQL counts the bits of a byte from the lowest, the gate's bitmap from the highest.
LOSERS: Final = """
SELECT reservation.person_id
FROM flashsale_reservation reservation
LEFT JOIN flashsale_attendance attendance ON attendance.sale_id = reservation.sale_id
WHERE reservation.sale_id = %(sale)s AND reservation.withdrawn_at IS NULL
  AND reservation.number > %(after)s AND reservation.number <= %(up_to)s
  AND NOT EXISTS (
    SELECT FROM flashsale_claim claim
    WHERE claim.sale_id = reservation.sale_id AND claim.person_id = reservation.person_id
      AND claim.state NOT IN ('refused', 'no_stock'))
  AND (CASE WHEN octet_length(attendance.bits) * 8 >= reservation.number THEN
         get_bit(attendance.bits,
           (reservation.number - 1) / 8 * 8 + 7 - (reservation.number - 1) %% 8) = 1 END
    OR EXISTS (
      SELECT FROM flashsale_claim claim
      WHERE claim.sale_id = reservation.sale_id AND claim.person_id = reservation.person_id
        AND claim.state = 'no_stock'))
"""


def is_due(sale: Sale, *, now: datetime) -> bool:
    """Whether somebody is to be told of something. A rehearsal tells nobody."""
    if sale.rehearses_id is not None:
        return False
    if sale.told_to < sale.log_length:
        return True
    return _to_invite(sale, now=now) is not None or _to_console(sale, now=now) is not None


def is_urgent(sale: Sale, *, now: datetime) -> bool:
    """Whether what is due can wait for no quiet moment: a wave opens in some minutes, or somebody
    has had a unit for a good part of the time to pay it.
    """
    untold = Claim.objects.filter(sale=sale, log_number__gt=sale.told_to).order_by("log_number")
    oldest = untold.values_list("created_at", flat=True).first()
    patience = timedelta(seconds=sale.hold_seconds) / PARTS_OF_HOLD
    if oldest is not None and now >= oldest + patience:
        return True
    return _to_invite(sale, now=now) is not None


def tell(*, sale_id: int, now: datetime) -> int:
    """One chunk of whatever is due is told; 0 when nothing was left. Opens transactions."""
    sale = Sale.objects.get(pk=sale_id)
    if not is_due(sale, now=now):
        return 0
    seen = tell_holders(sale, now=now)
    coming, lost = _to_invite(sale, now=now), _to_console(sale, now=now)
    if coming is not None:
        seen += invite(sale, coming, now=now)
    if lost is not None:
        seen += console(sale, lost, now=now)
    return seen


def tell_holders(sale: Sale, *, now: datetime) -> int:
    """Whoever got a unit since the last time knows until when it has to be paid; how many claims
    were looked at.
    """
    with transaction.atomic(durable=True):
        rows = Claim.objects.filter(sale=sale, log_number__gt=sale.told_to).order_by("log_number")
        claims = list(rows.values_list("log_number", "person_id", "state", "held_until")[:CHUNK])
        if not claims:
            return 0
        told = Sale.objects.filter(pk=sale.pk, told_to=sale.told_to)
        if told.update(told_to=claims[-1][0]) != 1:
            return 0  # another worker was here
        # Claims of one batch have one deadline: a handful of lines, however many people.
        people: dict[tuple[str, datetime | None], list[int]] = defaultdict(list)
        for _place, person_id, state, until in claims:
            if state in KIND_OF:
                people[state, until if state == ClaimState.HELD else None].append(person_id)
        for (state, until), ids in people.items():
            data = {"title": sale.title, "until": until.isoformat() if until else ""}
            _write(sale, KIND_OF[ClaimState(state)], ids, data, now=now)
    return len(claims)


def invite(sale: Sale, wave: Wave, *, now: datetime) -> int:
    """Some of those who came and lost know of the wave that comes; how many numbers were seen."""
    data = {"title": sale.title, "number": wave.number, "opens_at": wave.opens_at.isoformat()}
    return _tell_losers(sale, wave, "invited_to", WAVE_COMES, data, now=now)


def console(sale: Sale, wave: Wave, *, now: datetime) -> int:
    """Some of those who lost in the last wave too know that a list is left."""
    return _tell_losers(sale, wave, "told_to", WAVE_LOST, {"title": sale.title}, now=now)


def _to_invite(sale: Sale, *, now: datetime) -> Wave | None:
    """The wave that comes soon. In a draw the next ranks are offered units by themselves."""
    if sale.sold_out_at is None or sale.kind == SaleKind.DRAW:
        return None
    wave = waves.coming(sale)
    soon = wave is not None and wave.opens_at - AHEAD <= now and wave.invited_to < sale.reserved
    return wave if soon and waves.has_pooled(sale) else None


def _to_console(sale: Sale, *, now: datetime) -> Wave | None:
    """The last wave once it is over; one that had nothing to offer ends nothing."""
    if sale.wave == 0 or not waves.list_is_open(sale, now=now):
        return None
    return sale.waves.filter(number=sale.wave, told_to__lt=sale.reserved, units__gt=0).first()


def _tell_losers(
    sale: Sale, wave: Wave, mark: str, kind: str, data: Mapping[str, object], *, now: datetime
) -> int:
    after: int = getattr(wave, mark)
    up_to = min(after + CHUNK, sale.reserved)
    with transaction.atomic(durable=True):
        if Wave.objects.filter(pk=wave.pk, **{mark: after}).update(**{mark: up_to}) != 1:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(LOSERS, {"sale": sale.pk, "after": after, "up_to": up_to})
            people = [person_id for (person_id,) in cursor.fetchall()]
        _write(sale, kind, people, data, now=now)
    return up_to - after


def _write(
    sale: Sale, kind: str, people: list[int], data: Mapping[str, object], *, now: datetime
) -> None:
    url = sale.get_absolute_url()
    notices.notify_many(recipient_ids=people, kind=kind, url=url, data=data, now=now)
