"""Where a place from before a loss of Redis stands among the others that come back."""

from flashsale.gate.published import Published
from flashsale.proof import lottery, merkle, people
from flashsale.proof.lottery import Ball
from flashsale.tokens import SaleToken


def rank(token: SaleToken, slot: int, state: Published, *, at_us: int) -> float:
    """Lower enters first: claims of the opening window as its seed orders them, below 1, then
    all others by their time (microseconds).
    """
    if not state.seed or at_us >= state.starts_us + state.window_us:
        return float(at_us)
    line = people.line(
        number=token.number,
        pseudonym=people.pseudonym(token.sale_id, token.person_id),
        lot_id=token.lot_id,
        weight=1,
    )
    key = lottery.key(bytes.fromhex(state.seed), Ball(merkle.leaf(line), slot))
    return int.from_bytes(key[:8], "big") / 2**64
