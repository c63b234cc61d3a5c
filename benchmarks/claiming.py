"""What several benchmarks share: a sale with its reservations, and a crowd that claims."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import crowd, load, sales
from benchmarks.load import Plan
from benchmarks.sales import Stage
from benchmarks.stack import Stack
from flashsale.standings import Standing
from socialcommerce.lib import clock

ASKING: Final = (Standing.IN_LINE, Standing.PLACED)
ENDS: Final = (
    Standing.PAID,
    Standing.HELD,
    Standing.SOLD_OUT,
    Standing.NO_STOCK,
    Standing.REFUSED,
    Standing.EXPIRED,
    Standing.NOT_RESERVED,
    Standing.ENDED,
    Standing.CANCELLED,
)
# The gate is loaded and the list sealed in the meantime, as before any sale whose reservations
# closed some minutes ago; so many reservations a second are surely read and hashed.
SETTLE_SECONDS: Final = 4.0
LOADED_PER_SECOND: Final = 30_000
LOOKERS: Final = 200


@dataclass(frozen=True, slots=True)
class Opening:
    """A sale about to start, and the lines of those who come."""

    stage: Stage
    claims: Path
    starts: float

    def plan(self, stack: Stack, *, journal: Path | None = None) -> Plan:
        """Everybody claims at the start and asks until they are at their end."""
        return Plan(
            stack.port,
            self.claims,
            self.stage.claim_path,
            ENDS,
            asking=ASKING,
            ask=self.stage.state_path,
            begin_at=self.starts,
            journal=journal,
        )

    def entering(self, stack: Stack, *, seconds: float) -> Plan:
        """Everybody claims and is content to be in line."""
        return Plan(
            stack.port,
            self.claims,
            self.stage.claim_path,
            (Standing.IN_LINE, Standing.SOLD_OUT),
            seconds=seconds,
            begin_at=self.starts,
        )


def prepare(stack: Stack, *, reserved: int, people: int, units: int, pays: bool) -> Opening:
    """`reserved` have reserved and `people` of them will come for `units`.

    Raises RuntimeError if the gate was not open in time.
    """
    stage = sales.draft(units=units, now=clock.now())
    crowd.reserve(stage, reserved, pays=pays, now=clock.now())
    claims = crowd.write_claims(
        stack.folder / f"claims-{stage.sale_id}", stage, people, one_in=one_in(reserved, people)
    )
    starts = sales.announce_starting(
        stage, in_seconds=SETTLE_SECONDS + (reserved + units) / LOADED_PER_SECOND
    ).timestamp()
    if time.time() > starts:
        raise RuntimeError("The sale had started before its gate was open.")
    warm_up(stack, stage)
    return Opening(stage, claims, starts)


def warm_up(stack: Stack, stage: Stage) -> None:
    """Every process of the site has seen the sale: what a start costs is not what is measured."""
    lookers = crowd.write_lookers(stack.folder / "lookers", stage, LOOKERS)
    load.run(Plan(stack.port, lookers, stage.state_path, ("200",), accept="text/html"))


def people_and_wallets(size: Mapping[str, int]) -> None:
    """Everybody who reserves is there, and everybody who comes has money."""
    crowd.gather(size["reserved"], now=clock.now())
    comes = one_in(size["reserved"], size["people"])
    crowd.fill_wallets(size["people"], one_in=comes, now=clock.now())


def one_in(reserved: int, people: int) -> int:
    """Of so many who have reserved one comes, spread over all of them."""
    return reserved // people
