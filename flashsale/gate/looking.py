"""Where a person stands, asked of the gate: one round trip, nothing changed but who has come.

What a person hears of a claim is the newest result among the sale's own, its waves' and the
waiting list's; a mark without a result means that a claim is in line. That there is neither says
something only of the opening that the cached state belongs to: so the lease is read with them.
"""

from dataclasses import dataclass
from typing import Final

from flashsale import tokens
from flashsale.claim_states import ClaimState
from flashsale.draw_steps import DrawStep
from flashsale.gate import published, results
from flashsale.gate.keys import Keys, claim_bit
from flashsale.gate.published import Published
from flashsale.gate.results import Result
from flashsale.standings import Standing, While
from flashsale.tokens import Receipt, SaleToken
from socialcommerce.lib import redis

CLOSED_BY_NOTICE: Final = {"paused": Standing.PAUSED, "cancelled": Standing.CANCELLED}
# Of an earlier wave these say nothing about a claim of the present one.
LEAVES_HOPE: Final = (ClaimState.NO_STOCK, ClaimState.REFUSED)


@dataclass(frozen=True, slots=True)
class Answer:
    """`wait_us` until it may go on, `receipt` where a place in line was given, `around` what
    goes on meanwhile, `draw_step` how far a draw has come (draw_steps.DrawStep), None in any
    other sale.
    """

    standing: Standing
    wait_us: int = 0
    receipt: Receipt | None = None
    result: Result | None = None
    around: While = While.USUAL
    draw_step: int | None = None


def closed(state: Published) -> Standing | None:
    """Why the gate takes nothing, or None while it is open."""
    if state.notice:
        return CLOSED_BY_NOTICE.get(state.notice, Standing.ENDED)
    return None if state.is_open else Standing.RESTORING


def around_line(state: Published) -> While:
    """Whether whoever is in line waits for the lot of the opening window."""
    return While.WINDOW if state.undecided else While.USUAL


def claim(
    token: SaleToken,
    slot: int,
    state: Published,
    *,
    unclaimed: Standing | None = None,
    came: bool = False,
) -> Answer:
    """`unclaimed` is what somebody without a claim hears. `came`: it is noted that they came."""
    keys, waves = Keys(token.sale_id), (tokens.WAITING, *range(state.wave, -1, -1))
    bit = claim_bit(number=token.number, slot=slot, slots=token.slots)
    (lease, *found), claimed, *_noted = redis.ask(
        ("MGET", keys.lease, *(keys.result(_ticket(token, slot, wave)) for wave in waves)),
        ("GETBIT", keys.claimed, bit),
        *([("SETBIT", keys.came, token.number - 1, 1)] if came else []),
    )
    known = _newest(dict(zip(waves, found, strict=True)), state.wave, is_marked=bool(claimed))
    shut = _closed_since(state, lease, sale_id=token.sale_id)
    if known is not None:
        around = While.PAUSE if shut == Standing.PAUSED else While.USUAL
        return Answer(Standing(known.code), result=known, around=around)
    if claimed and shut is None:
        if not state.answered:
            return Answer(Standing.RESTORING)
        if _had_one(token, state):
            return Answer(Standing.NOT_INVITED)
        return Answer(Standing.IN_LINE, around=around_line(state))
    return Answer(shut or unclaimed or _unclaimed(state))


def reservation(token: SaleToken, state: Published) -> Answer:
    """Whether the person's reservation has arrived, and whether it is written down."""
    keys = Keys(token.sale_id)
    ticket = tokens.reservation_ticket(sale_id=token.sale_id, person_id=token.person_id)
    (lease, result), received, written = redis.ask(
        ("MGET", keys.lease, keys.result(ticket)),
        ("GETBIT", keys.received, token.person_id),
        ("GETBIT", keys.written, token.person_id),
    )
    if result is not None:
        known = results.decode(result)
        return Answer(Standing(known.code), result=known)
    if written:
        return Answer(Standing.RESERVED)
    shut = _closed_since(state, lease, sale_id=token.sale_id)
    return Answer(shut or (Standing.RECEIVED if received else Standing.NONE))


def note_came(token: SaleToken) -> None:
    """The person has come to the sale. Raises redis.RedisError."""
    redis.ask(("SETBIT", Keys(token.sale_id).came, token.number - 1, 1))


def _closed_since(state: Published, lease: bytes | None, *, sale_id: int) -> Standing | None:
    """`closed`, or what is so now where the opening that `state` was read of is no more.

    Whoever was in line in it has no mark in an emptied Redis: "sold out" would send them home.
    """
    if not state.is_open or (lease or b"").decode() == state.fence:
        return closed(state)
    published.forget(sale_id)
    return closed(published.of(sale_id)) or Standing.RESTORING


def _ticket(token: SaleToken, slot: int, wave: int) -> str:
    return tokens.ticket(sale_id=token.sale_id, number=token.number, slot=slot, wave=wave)


def _had_one(token: SaleToken, state: Published) -> bool:
    """In a wave every slot of whoever had a unit before is marked, and none of them is in line."""
    slots, waves = range(1, token.slots + 1), range(state.wave)
    if token.slots == 1 or not waves:
        return False
    keys = Keys(token.sale_id)
    names = [keys.result(_ticket(token, slot, wave)) for slot in slots for wave in waves]
    (found,) = redis.ask(("MGET", *names))
    known = [results.decode(text) for text in found if text is not None]
    return any(result.code not in LEAVES_HOPE for result in known)


def _newest(found: dict[int, bytes | None], wave: int, *, is_marked: bool) -> Result | None:
    """The newest result; none that an unanswered claim of this wave has left behind."""
    for its_wave, text in found.items():
        if text is None:
            continue
        known = results.decode(text)
        if its_wave < wave and known.code in LEAVES_HOPE and is_marked:
            continue
        return known
    return None


def _unclaimed(state: Published) -> Standing:
    """What somebody hears who has no claim at this moment."""
    if state.is_draw:
        return _undrawn(state)
    if state.restoring:
        return Standing.RESTORING
    if state.now_us() >= state.ends_us:
        return Standing.ENDED
    if state.now_us() >= state.starts_us and state.remain == 0:
        return Standing.SOLD_OUT
    return Standing.NONE


def _undrawn(state: Published) -> Standing:
    """What somebody hears who has reserved for a draw and has no unit."""
    if not state.answered:
        return Standing.RESTORING
    if state.now_us() >= state.ends_us:
        return Standing.ENDED
    if state.draw_step == DrawStep.DECIDED:
        return Standing.NOT_DRAWN
    return Standing.DRAWING if state.now_us() >= state.starts_us else Standing.RESERVED
