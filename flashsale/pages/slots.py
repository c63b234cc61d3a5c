"""Which of the units that one person may have the sale's page asks about."""

from flashsale.claim_states import ClaimState
from flashsale.gate import admission
from flashsale.models import Claim
from flashsale.phases import Phase
from flashsale.selectors import SaleView
from flashsale.standings import IN_LINE, Standing
from flashsale.tokens import SaleToken


def in_line(
    sale: SaleView, token: SaleToken | None, claims: tuple[Claim, ...]
) -> tuple[int, Standing] | None:
    """The further unit that somebody with one waits for, or was refused while there are others.
    One round trip, where there may be one.
    """
    free = set(range(1, sale.slots + 1)) - {claim.slot for claim in claims}
    has_one = claims and claims[0].state in (ClaimState.HELD, ClaimState.PAID)
    if token is None or not free or not has_one:
        return None
    if sale.is_draw or sale.phase not in (Phase.LIVE, Phase.SOLD_OUT, Phase.PAUSED):
        return None
    slot = min(free)
    standing = admission.look(token, slot=slot).standing
    # In a pause the gate does not say who is in line: the page asks until it goes on.
    waits = standing in IN_LINE or standing == Standing.PAUSED
    is_refused = standing == Standing.REFUSED and sale.is_live
    return (slot, standing) if waits or is_refused else None


def asked(claims: tuple[Claim, ...], standing: Standing) -> int:
    """The one that a payment runs for; everybody else begins with the first."""
    return claims[0].slot if claims and standing == Standing.PAYING else 1
