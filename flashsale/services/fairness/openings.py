"""The opening window of a first-come sale: who claimed within it is ordered by the public seed.

A claim of the window waits in a stream of its own and takes nothing. When the window is over and
the seed is published, the order follows from both alone: whoever came in time, by the lottery
over the leaves of their reservations; then whoever came while it was decided, as they came. It
enters the line piece by piece under the gate's fence. The gate counts how far it has come, so
that a controller that died goes on where the one before stopped, and nobody enters twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from flashsale.claim_states import ClaimState
from flashsale.gate import control, nudges, scripts
from flashsale.gate.keys import Keys, claim_bit, microseconds
from flashsale.intake import streams
from flashsale.models import Claim, Reservation, Sale, Stream
from flashsale.proof import lottery, merkle, people
from flashsale.proof.lottery import Ball
from socialcommerce.lib import faultpoints, redis

PAGE: Final = 2_000  # entries read, or entered, in one round trip
VALUES: Final = 6  # of an entry, those that stay: person, number, lot, slot, ticket, at


@dataclass(slots=True)
class Order:
    """What is to enter the line, as the scripts write it. `last` is the stream entry read last."""

    entries: list[str] = field(default_factory=list)
    seen: int = 0
    last: str = ""


def decide(sale: Sale, *, now: datetime) -> bool:
    """The window's order is in line and claims take units at once; False while it cannot be yet.

    True too where the sale has no window or was decided before. Renews the sale's lease, since
    a large crowd takes some seconds. Raises redis.RedisError; then it is called again.
    """
    if not sale.opening_window_ms or sale.allocated_at is not None:
        return True
    client = redis.gate()
    if not sale.seed or not _is_over(client, sale):
        return False
    order = Order()
    while True:
        _read_on(client, sale, order)
        said = _enter(client, sale, order)
        nudges.send(sale.pk, Stream.CLAIMS, is_rehearsal=sale.rehearses_id is not None)
        if said != b"MORE":
            return said == b"OPEN" and _note(client, sale, now=now)


def mark(client: redis.Redis, sale: Sale) -> None:
    """Whoever waits in the window has claimed: for a rebuild, before it opens the gate."""
    if not sale.opening_window_ms or sale.allocated_at is not None:
        return
    keys = Keys(sale.pk)
    for _last, packed in _pages(client, keys.window, after=""):
        pipe = client.pipeline(transaction=False)
        for text in packed:
            _person, number, _lot, slot, *_rest = text.split(",")
            bit = claim_bit(number=int(number), slot=int(slot), slots=sale.slots)
            pipe.setbit(keys.claimed, bit, 1)
        pipe.execute()


def ends_at(sale: Sale) -> datetime:
    """The first moment that is not in the window."""
    return sale.starts_at + timedelta(milliseconds=sale.opening_window_ms)


def _is_over(client: redis.Redis, sale: Sale) -> bool:
    """No claim of the window can come any more, by its own time or by an earlier receipt."""
    restoring = client.hget(Keys(sale.pk).meta, "restoring")
    return restoring == b"0" and control.now(client) >= ends_at(sale)


def _read_on(client: redis.Redis, sale: Sale, order: Order) -> None:
    """What has come in since: the window's own at the first reading, the late ones behind."""
    end_us = microseconds(ends_at(sale))
    known = _known(sale)
    drawn: list[tuple[bytes, str]] = []
    late: list[str] = []
    outdated: list[str] = []
    seed = bytes.fromhex(sale.seed)
    for last, packed in _pages(client, Keys(sale.pk).window, after=order.last):
        order.last, order.seen = last, order.seen + len(packed)
        listed = _listed(sale, packed)
        for text in packed:
            person, number, lot, slot, ticket, at = text.split(",")
            if ticket in known:
                continue
            if (int(number), int(lot)) not in listed:
                outdated.append(text)
                continue
            if int(at) >= end_us:
                late.append(text)
                continue
            leaf = _leaf(sale.pk, person=int(person), number=int(number), lot=int(lot))
            drawn.append((lottery.key(seed, Ball(leaf, int(slot))), text))
        control.renew(client, sale)
    drawn.sort()
    order.entries += [text for _key, text in drawn] + late + outdated


def _listed(sale: Sale, packed: list[str]) -> set[tuple[int, int]]:
    """Number and lot of those in the sealed list. A token from before a withdrawal names others:
    it may stand before nobody, since its claim is refused and its unit would be nobody's.
    """
    numbers = [int(text.split(",")[1]) for text in packed]
    rows = Reservation.objects.standing().filter(sale=sale, number__in=numbers)
    return set(rows.values_list("number", "lot_id"))


def _leaf(sale_id: int, *, person: int, number: int, lot: int) -> bytes:
    name = people.pseudonym(sale_id, person)
    return merkle.leaf(people.line(number=number, pseudonym=name, lot_id=lot, weight=1))


def _known(sale: Sale) -> set[str]:
    """Tickets that an earlier opening of the gate has let in line: their claims stand."""
    claims = Claim.objects.filter(sale=sale, gate_epoch__lt=sale.epoch)
    return set(claims.exclude(state=ClaimState.REFUSED).values_list("ticket", flat=True))


def _enter(client: redis.Redis, sale: Sale, order: Order) -> bytes:
    """The script's last word: everything that was read is in line, or why not."""
    keys, fence = Keys(sale.pk), control.fence_of(sale)
    lots = list(sale.lots.values_list("pk", flat=True))
    names = [keys.meta, keys.window, keys.claims, *map(keys.remain, lots)]
    entered = 0
    while True:
        piece = order.entries[entered : entered + PAGE]
        head = [entered, len(order.entries), order.seen, len(lots), *lots]
        said = scripts.call(client, "open", fence, names, [*head, *piece])
        faultpoints.reach("piece entered")
        if said[0] not in (b"AT", b"MORE"):
            return bytes(said[0])
        entered = int(said[1])
        if said[0] == b"MORE" and entered >= len(order.entries):
            return b"MORE"
        control.renew(client, sale)


def _note(client: redis.Redis, sale: Sale, *, now: datetime) -> bool:
    """PostgreSQL knows it too; until then a rebuild would decide the rest again."""
    opening = Sale.objects.filter(pk=sale.pk, epoch=sale.epoch, allocated_at=None)
    if opening.update(allocated_at=now) != 1:
        return False
    sale.allocated_at = now
    client.delete(Keys(sale.pk).window)
    return True


def _pages(client: redis.Redis, stream: str, *, after: str) -> Iterator[tuple[str, list[str]]]:
    """Pages of (last entry, the values that stay), from behind the entry `after`."""
    while True:
        raw: Any = client.xrange(stream, min=f"({after}" if after else "-", count=PAGE)
        if not raw:
            return
        after = raw[-1][0].decode()
        yield after, [_kept(fields[streams.PACKED].decode()) for _id, fields in raw]


def _kept(text: str) -> str:
    return ",".join(text.split(",", VALUES)[:VALUES])
