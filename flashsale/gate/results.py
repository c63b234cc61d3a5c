"""What became of a ticket, as the gate keeps it: a small JSON text under `result`.

It only speeds up answers. PostgreSQL is the truth, and the sale's page reads that.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from flashsale.claim_states import LIVE, ClaimState
from flashsale.gate.keys import Keys
from flashsale.models import Claim
from socialcommerce.lib import redis

# Why a claim has expired whose time had not run out: its order was cancelled.
GIVEN_UP: Final = "given_up"
COLUMNS: Final = ("state", "reason", "held_until", "unit__number", "order__number")
_encode: Final = json.JSONEncoder(separators=(",", ":")).encode
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
        # One for each of a batch: dataclasses.asdict would copy every value deeply, json.dumps
        # would make an encoder every time.
        for name in ("unit", "until", "number"):
            if value := getattr(self, name):
                said[name] = value
        return _encode(said)


def decode(text: bytes) -> Result:
    return Result(**json.loads(text))


@dataclass(frozen=True, slots=True)
class Told:
    """What one claim's person is told, as text, and the key that says it."""

    claim_id: int
    key: str
    text: str


def of_claim(claim: Claim) -> Result:
    """What its person is told; reads claim.unit and claim.order, which must be loaded."""
    return _result(
        claim.state,
        claim.reason,
        claim.held_until,
        claim.unit.number if claim.unit else None,
        claim.order.number if claim.order else None,
    )


def read(claims: "QuerySet[Claim]") -> list[Told]:
    """What the people of these claims are told. One query, plain values: there may be many."""
    rows = claims.values_list("pk", "sale_id", "ticket", *COLUMNS)
    return [
        Told(pk, Keys(sale_id).result(ticket), _result(*columns).encode())
        for pk, sale_id, ticket, *columns in rows
    ]


def publish(client: redis.Redis, told: Sequence[Told]) -> None:
    """The gate answers so. Raises redis.RedisError."""
    pipe = client.pipeline(transaction=False)
    for one in told:
        pipe.set(one.key, one.text, px=LIFETIME_MS)
    pipe.execute()


def _result(
    state: str, reason: str, held_until: datetime | None, unit: int | None, number: str | None
) -> Result:
    live = state in LIVE
    return Result(
        code=GIVEN_UP if state == ClaimState.EXPIRED and reason == GIVEN_UP else state,
        unit=unit or 0 if live else 0,
        until=_seconds(held_until) if state == ClaimState.HELD else 0,
        number=number or "" if state == ClaimState.PAID else "",
    )


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0
