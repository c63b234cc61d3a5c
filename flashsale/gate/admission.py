"""The request path: reserve, claim, look. Redis only; PostgreSQL is never asked.

Scripts are called by their published SHA and never loaded from here. Whatever is not a clear
answer of the open gate (no lease, no script, no Redis) is RESTORING: nothing was changed, and
the page sends it again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from django.conf import settings

from flashsale import tokens
from flashsale.gate import counters, limits, looking, nudges, places, published
from flashsale.gate.keys import Keys, claim_bit
from flashsale.gate.looking import Answer
from flashsale.gate.published import Published
from flashsale.models import Stream
from flashsale.standings import Standing
from flashsale.tokens import Receipt, SaleToken
from socialcommerce.lib import redis

__all__ = ["Answer", "Wishes", "claim", "look", "reserve"]

# Near the turn of a phase the script's clock decides; further away the cached times do.
MARGIN_US: Final = 200_000
COUNTED_AS: Final = {Standing.BUSY: ("shed",), Standing.TOO_FAST: ("shed",)}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a reservation fixes before the critical second."""

    lot_id: int
    address_id: int
    pay_from_wallet: bool
    share: bool


def reserve(token: SaleToken, wishes: Wishes, *, network: str = "") -> Answer:
    """The reservation is received once, or why not. `network` is limits.network_of the caller."""
    try:
        answer = _of_this_opening(token.sale_id, partial(_reserve, token, wishes, network))
    except (redis.NoScript, redis.RedisError):
        counters.count(token.sale_id, "error")
        published.forget(token.sale_id)
        answer = Answer(Standing.RESTORING)
    counters.count(token.sale_id, "reserve", *COUNTED_AS.get(answer.standing, ()))
    return answer


def claim(
    token: SaleToken, *, slot: int, earlier: Receipt | None, network: str = "", work: int = 0
) -> Answer:
    """The claim is in line once, or why not.

    `earlier` is a place from before a loss, `work` the leading zero bits that were shown.
    """
    if not token.number or not 1 <= slot <= token.slots:
        return Answer(Standing.NOT_RESERVED)
    began = time.perf_counter()
    try:
        act = partial(_claim, token, slot, earlier, network, work)
        answer = _of_this_opening(token.sale_id, act)
    except (redis.NoScript, redis.RedisError):
        counters.count(token.sale_id, "error")
        published.forget(token.sale_id)
        answer = Answer(Standing.RESTORING)
    admitted = ("admitted",) if answer.receipt else COUNTED_AS.get(answer.standing, ())
    counters.count(token.sale_id, "claim", counters.took(began), *admitted)
    return answer


def look(token: SaleToken, *, slot: int = 1, comes: bool = True) -> Answer:
    """Where the person stands: one round trip to Redis.

    Who asks while the sale runs, and has no claim, has come to it: except by a page that is only
    read (not `comes`), since whatever fetches it late is no wish for a unit.
    """
    try:
        return _of_this_opening(token.sale_id, partial(_look, token, slot, comes=comes))
    except redis.RedisError:
        return Answer(Standing.RESTORING)


def _of_this_opening(sale_id: int, act: Callable[[Published], Answer]) -> Answer:
    """What `act` finds with the cached state; with the present one where the gate has been opened
    anew since that was read: a wave has begun, say, and who comes first is first.
    """
    state = published.of(sale_id)
    try:
        answer = act(state)
    except redis.NoScript:
        published.forget(sale_id)
        answer = Answer(Standing.RESTORING)
    if answer.standing == Standing.RESTORING and state.is_open:
        present = published.of(sale_id)
        if present.is_open and present.fence != state.fence:
            return act(present)
    return answer


def _look(token: SaleToken, slot: int, state: Published, *, comes: bool) -> Answer:
    if not token.number:
        return looking.reservation(token, state)
    answer = looking.claim(token, slot, state)
    if comes and answer.standing in UNCLAIMED and _is_first_run(state):
        looking.note_came(token)
    return replace(answer, draw_step=state.draw_step) if state.is_draw else answer


def _reserve(token: SaleToken, wishes: Wishes, network: str, state: Published) -> Answer:
    refusal = looking.closed(state)
    if refusal is not None:
        return Answer(refusal)
    if state.now_us() < state.opens_us - MARGIN_US:
        return Answer(Standing.RESERVE_EARLY, wait_us=state.opens_us - state.now_us())
    if state.now_us() >= state.closes_us + MARGIN_US:
        return Answer(Standing.RESERVE_LATE)
    if _is_overloaded(state):
        known = looking.reservation(token, state)
        return known if known.standing != Standing.NONE else Answer(Standing.BUSY)
    return _reserve_answer(token, state, _run_reserve(token, wishes, state, network))


def _run_reserve(token: SaleToken, wishes: Wishes, state: Published, network: str) -> list[Any]:
    keys = Keys(token.sale_id)
    ticket = tokens.reservation_ticket(sale_id=token.sale_id, person_id=token.person_id)
    consent, share = int(wishes.pay_from_wallet), int(wishes.share)
    call = (
        "EVALSHA",
        state.reserve_sha,
        7,
        keys.lease,
        keys.meta,
        keys.received,
        keys.reservations,
        keys.limits(limits.period(state.now_us())),
        keys.nudge(keys.reservations),
        keys.result(ticket),
        f"{token.person_id},{wishes.lot_id},{wishes.address_id},{consent},{share}",
        *limits.arguments(person_id=token.person_id, network=network),
    )
    said: list[Any] = redis.ask(call)[0]
    return said


def _reserve_answer(token: SaleToken, state: Published, said: list[Any]) -> Answer:
    match said:
        case [b"RECEIVED", _, nudge]:
            if nudge:
                nudges.send(token.sale_id, Stream.RESERVATIONS, is_rehearsal=state.is_rehearsal)
            return Answer(Standing.RECEIVED)
        case [b"DUP"]:
            return looking.reservation(token, state)
        case [b"EARLY", wait]:
            return Answer(Standing.RESERVE_EARLY, wait_us=int(wait))
        case [b"LATE"]:
            return Answer(Standing.RESERVE_LATE)
        case [b"TOO_FAST"]:
            return Answer(Standing.TOO_FAST)
    published.forget(token.sale_id)
    return Answer(Standing.RESTORING)


def _claim(
    token: SaleToken,
    slot: int,
    earlier: Receipt | None,
    network: str,
    work: int,
    state: Published,
) -> Answer:
    refusal = looking.closed(state)
    if refusal is not None:
        return Answer(refusal)
    if state.is_draw:
        return looking.claim(token, slot, state, unclaimed=Standing.NOT_BY_CLAIM)
    if not state.restoring:
        if state.now_us() < state.starts_us - MARGIN_US:
            return Answer(Standing.EARLY, wait_us=state.starts_us - state.now_us())
        if state.now_us() >= state.ends_us + MARGIN_US:
            # Over, but somebody who has a unit must not hear that.
            return looking.claim(token, slot, state)
        if state.remain == 0:
            return looking.claim(token, slot, state, came=state.wave == 0)
    if work < state.work_bits:
        return Answer(Standing.WORK_MISSING)
    if _is_overloaded(state):
        # Whoever is in line, or has been, is never sent away.
        return looking.claim(token, slot, state, unclaimed=Standing.BUSY)
    said = _run_claim(token, slot, state, earlier, network)
    return _claim_answer(token, slot, state, said)


def _run_claim(
    token: SaleToken, slot: int, state: Published, earlier: Receipt | None, network: str
) -> list[Any]:
    keys = Keys(token.sale_id)
    ticket = _ticket(token, slot, state)
    # A receipt of this very opening proves nothing that was lost.
    is_older = earlier is not None and earlier.epoch < state.epoch
    place = earlier if earlier is not None and is_older and earlier.ticket == ticket else None
    call = (
        "EVALSHA",
        state.claim_sha,
        11,
        keys.lease,
        keys.meta,
        keys.claimed,
        keys.came,
        keys.remain(token.lot_id),
        keys.claims,
        keys.window,
        keys.places,
        keys.limits(limits.period(state.now_us())),
        keys.nudge(keys.claims),
        keys.result(ticket),
        claim_bit(number=token.number, slot=slot, slots=token.slots),
        token.number,
        f"{token.person_id},{token.number},{token.lot_id},{slot},{ticket}",
        state.wave,
        place.at_us if place else 0,
        places.rank(token, slot, state, at_us=place.at_us) if place else 0,
        *limits.arguments(person_id=token.person_id, network=network),
    )
    said: list[Any] = redis.ask(call)[0]
    return said


def _claim_answer(token: SaleToken, slot: int, state: Published, said: list[Any]) -> Answer:
    match said:
        case [b"IN_LINE", at, nudge]:
            if nudge:
                nudges.send(token.sale_id, Stream.CLAIMS, is_rehearsal=state.is_rehearsal)
            ticket = _ticket(token, slot, state)
            receipt = Receipt(token.sale_id, ticket, state.epoch, int(at))
            around = looking.around_line(state)
            return Answer(Standing.IN_LINE, receipt=receipt, around=around)
        case [b"EARLY", wait]:
            return Answer(Standing.EARLY, wait_us=int(wait))
    standing = SAID.get(said[0])
    if standing is None:
        published.forget(token.sale_id)
        return Answer(Standing.RESTORING)
    if standing in FINAL:
        published.forget(token.sale_id)
    if standing in ALONE:
        return Answer(standing)
    return looking.claim(token, slot, state, unclaimed=standing)


# What the script's word means for whoever has no claim yet; without an entry: send it again.
SAID: Final = {
    b"DUP": Standing.NONE,
    b"SOLD_OUT": Standing.SOLD_OUT,
    b"ENDED": Standing.ENDED,
    b"BY_DRAW": Standing.NOT_BY_CLAIM,
    b"NOT_INVITED": Standing.NOT_INVITED,
    b"PLACED": Standing.PLACED,
    b"TOO_FAST": Standing.TOO_FAST,
}
ALONE: Final = (Standing.PLACED, Standing.TOO_FAST)
FINAL: Final = (Standing.SOLD_OUT, Standing.ENDED)  # the cached state is older than this


UNCLAIMED: Final = (Standing.NONE, Standing.SOLD_OUT)


def _is_first_run(state: Published) -> bool:
    """The sale itself runs, by claims, and no wave of it has opened."""
    runs = state.is_open and state.starts_us <= state.now_us() < state.ends_us
    return runs and state.wave == 0 and not state.is_draw


def _ticket(token: SaleToken, slot: int, state: Published) -> str:
    return tokens.ticket(sale_id=token.sale_id, number=token.number, slot=slot, wave=state.wave)


def _is_overloaded(state: Published) -> bool:
    """The drains are so far behind that taking more would only lengthen everybody's wait."""
    return state.backlog >= settings.SALE_SHED_BACKLOG
