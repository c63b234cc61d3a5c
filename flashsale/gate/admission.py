"""The request path: reserve, claim, look. Redis only; PostgreSQL is never asked.

Scripts are called by their published SHA and never loaded from here. Whatever is not a clear
answer of the open gate (no lease, no script, no Redis) is RESTORING: nothing was changed, and
the page sends it again.
"""

from dataclasses import dataclass
from typing import Any, Final

from flashsale import tokens
from flashsale.gate import nudges, published, results
from flashsale.gate.keys import Keys, claim_bit
from flashsale.gate.published import Published
from flashsale.models import Stream
from flashsale.standings import Standing
from flashsale.tokens import Receipt, SaleToken
from socialcommerce.lib import redis

# Near the turn of a phase the script's clock decides; further away the cached times do.
MARGIN_US: Final = 200_000
CLOSED_BY_NOTICE: Final = {"paused": Standing.PAUSED, "cancelled": Standing.CANCELLED}


@dataclass(frozen=True, slots=True)
class Answer:
    """`wait_us` until it may go on, `receipt` where a place in line was given."""

    standing: Standing
    wait_us: int = 0
    receipt: Receipt | None = None
    result: results.Result | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a reservation fixes before the critical second."""

    lot_id: int
    address_id: int
    pay_from_wallet: bool
    share: bool


def reserve(token: SaleToken, wishes: Wishes) -> Answer:
    """The reservation is received once, or why not."""
    try:
        return _reserve(token, wishes)
    except (redis.NoScript, redis.RedisError):
        published.forget(token.sale_id)
        return Answer(Standing.RESTORING)


def claim(token: SaleToken, *, slot: int, earlier: Receipt | None) -> Answer:
    """The claim is in line once, or why not. `earlier` is a place from before a loss."""
    if not token.number or not 1 <= slot <= token.slots:
        return Answer(Standing.NOT_RESERVED)
    try:
        return _claim(token, slot, earlier)
    except (redis.NoScript, redis.RedisError):
        published.forget(token.sale_id)
        return Answer(Standing.RESTORING)


def look(token: SaleToken, *, slot: int = 1) -> Answer:
    """Where the person stands: one round trip to Redis."""
    try:
        state = published.of(token.sale_id)
        return _look_claim(token, slot, state) if token.number else _look_reservation(token, state)
    except redis.RedisError:
        return Answer(Standing.RESTORING)


def _reserve(token: SaleToken, wishes: Wishes) -> Answer:
    state, keys = published.of(token.sale_id), Keys(token.sale_id)
    refusal = _closed(state)
    if refusal is not None:
        return Answer(refusal)
    if state.now_us() < state.opens_us - MARGIN_US:
        return Answer(Standing.RESERVE_EARLY, wait_us=state.opens_us - state.now_us())
    if state.now_us() >= state.closes_us + MARGIN_US:
        return Answer(Standing.RESERVE_LATE)
    names = (keys.lease, keys.meta, keys.received, keys.reservations)
    ticket = tokens.reservation_ticket(sale_id=token.sale_id, person_id=token.person_id)
    said = redis.gate().evalsha(
        state.reserve_sha,
        6,
        *names,
        keys.nudge(keys.reservations),
        keys.result(ticket),
        token.person_id,
        wishes.lot_id,
        wishes.address_id,
        int(wishes.pay_from_wallet),
        int(wishes.share),
    )
    return _reserve_answer(token, state, said)


def _reserve_answer(token: SaleToken, state: Published, said: list[Any]) -> Answer:
    match said:
        case [b"RECEIVED", _, nudge]:
            if nudge:
                nudges.send(token.sale_id, Stream.RESERVATIONS)
            return Answer(Standing.RECEIVED)
        case [b"DUP"]:
            return _look_reservation(token, state)
        case [b"EARLY", wait]:
            return Answer(Standing.RESERVE_EARLY, wait_us=int(wait))
        case [b"LATE"]:
            return Answer(Standing.RESERVE_LATE)
    published.forget(token.sale_id)
    return Answer(Standing.RESTORING)


def _claim(token: SaleToken, slot: int, earlier: Receipt | None) -> Answer:
    state = published.of(token.sale_id)
    refusal = _closed(state)
    if refusal is not None:
        return Answer(refusal)
    if not state.restoring:
        if state.now_us() < state.starts_us - MARGIN_US:
            return Answer(Standing.EARLY, wait_us=state.starts_us - state.now_us())
        if state.now_us() >= state.ends_us + MARGIN_US or state.remain == 0:
            # Over or sold out, but somebody who has a unit must not hear that.
            return _look_claim(token, slot, state)
    return _claim_answer(token, slot, state, _run_claim(token, slot, state, earlier))


def _run_claim(token: SaleToken, slot: int, state: Published, earlier: Receipt | None) -> list[Any]:
    keys = Keys(token.sale_id)
    # A receipt of this very opening proves nothing that was lost.
    at_us = earlier.at_us if earlier is not None and earlier.epoch < state.epoch else 0
    ticket = tokens.ticket(sale_id=token.sale_id, number=token.number, slot=slot)
    said: list[Any] = redis.gate().evalsha(
        state.claim_sha,
        8,
        keys.lease,
        keys.meta,
        keys.claimed,
        keys.remain(token.lot_id),
        keys.claims,
        keys.places,
        keys.nudge(keys.claims),
        keys.result(ticket),
        claim_bit(number=token.number, slot=slot, slots=token.slots),
        token.person_id,
        token.number,
        token.lot_id,
        slot,
        ticket,
        at_us,
    )
    return said


def _claim_answer(token: SaleToken, slot: int, state: Published, said: list[Any]) -> Answer:
    match said:
        case [b"IN_LINE", at, nudge]:
            if nudge:
                nudges.send(token.sale_id, Stream.CLAIMS)
            ticket = tokens.ticket(sale_id=token.sale_id, number=token.number, slot=slot)
            receipt = Receipt(token.sale_id, ticket, state.epoch, int(at))
            return Answer(Standing.IN_LINE, receipt=receipt)
        case [b"DUP"] | [b"SOLD_OUT"] | [b"ENDED"]:
            if said[0] != b"DUP":
                published.forget(token.sale_id)
            fallback = Standing.ENDED if said[0] == b"ENDED" else Standing.SOLD_OUT
            return _look_claim(token, slot, state, unclaimed=fallback)
        case [b"EARLY", wait]:
            return Answer(Standing.EARLY, wait_us=int(wait))
        case [b"PLACED"]:
            return Answer(Standing.PLACED)
    published.forget(token.sale_id)
    return Answer(Standing.RESTORING)


def _look_claim(
    token: SaleToken, slot: int, state: Published, *, unclaimed: Standing | None = None
) -> Answer:
    keys = Keys(token.sale_id)
    ticket = tokens.ticket(sale_id=token.sale_id, number=token.number, slot=slot)
    pipe = redis.gate().pipeline(transaction=False)
    pipe.get(keys.result(ticket))
    pipe.getbit(keys.claimed, claim_bit(number=token.number, slot=slot, slots=token.slots))
    result, claimed = pipe.execute()
    if result is not None:
        known = results.decode(result)
        return Answer(Standing(known.code), result=known)
    closed = _closed(state)
    if claimed and closed is None:
        return Answer(Standing.IN_LINE)
    return Answer(closed or unclaimed or _unclaimed(state))


def _look_reservation(token: SaleToken, state: Published) -> Answer:
    keys = Keys(token.sale_id)
    ticket = tokens.reservation_ticket(sale_id=token.sale_id, person_id=token.person_id)
    pipe = redis.gate().pipeline(transaction=False)
    pipe.get(keys.result(ticket))
    pipe.getbit(keys.received, token.person_id)
    pipe.getbit(keys.written, token.person_id)
    result, received, written = pipe.execute()
    if result is not None:
        known = results.decode(result)
        return Answer(Standing(known.code), result=known)
    if written:
        return Answer(Standing.RESERVED)
    if received:
        return Answer(_closed(state) or Standing.RECEIVED)
    return Answer(_closed(state) or Standing.NONE)


def _closed(state: Published) -> Standing | None:
    """Why the gate takes nothing, or None while it is open."""
    if state.notice:
        return CLOSED_BY_NOTICE.get(state.notice, Standing.ENDED)
    return None if state.is_open else Standing.RESTORING


def _unclaimed(state: Published) -> Standing:
    """What somebody hears who has no claim at this moment."""
    if state.restoring:
        return Standing.RESTORING
    if state.now_us() >= state.ends_us:
        return Standing.ENDED
    if state.now_us() >= state.starts_us and state.remain == 0:
        return Standing.SOLD_OUT
    return Standing.NONE
