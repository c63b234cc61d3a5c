"""What became of a ticket, as the gate keeps it: a small JSON text under `result`.

It only speeds up answers. PostgreSQL is the truth, and the sale's page reads that.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flashsale.claim_states import ClaimState
from flashsale.gate.keys import Keys
from flashsale.models import Claim
from socialcommerce.lib import redis

LIFETIME_MS: Final = 7 * 86_400_000  # longer than any sale runs; then the page alone knows


@dataclass(frozen=True, slots=True)
class Result:
    """`code` is a standing; `unit`, `until` (Unix seconds) and `number` where they apply."""

    code: str
    unit: int = 0
    until: int = 0
    number: str = ""

    def encode(self) -> str:
        said: dict[str, str | int] = {"code": self.code}
        # One for each of a batch: dataclasses.asdict would copy every value deeply.
        for name in ("unit", "until", "number"):
            if value := getattr(self, name):
                said[name] = value
        return json.dumps(said, separators=(",", ":"))


def decode(text: bytes) -> Result:
    return Result(**json.loads(text))


def of_claim(claim: Claim) -> Result:
    """What its person is told; reads claim.unit and claim.order, which must be loaded."""
    live = claim.state in (ClaimState.HELD, ClaimState.PAYING, ClaimState.PAID)
    return Result(
        code=claim.state,
        unit=claim.unit.number if live and claim.unit else 0,
        until=_seconds(claim.held_until) if claim.state == ClaimState.HELD else 0,
        number=claim.order.number if claim.state == ClaimState.PAID and claim.order else "",
    )


def publish(client: redis.Redis, claims: Sequence[Claim]) -> None:
    """The gate answers with these claims' states. Raises redis.RedisError."""
    pipe = client.pipeline(transaction=False)
    for claim in claims:
        key = Keys(claim.sale_id).result(claim.ticket)
        pipe.set(key, of_claim(claim).encode(), px=LIFETIME_MS)
    pipe.execute()


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0
