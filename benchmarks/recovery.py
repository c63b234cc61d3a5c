"""`recovery`: Redis is lost without persistence in mid-sale, until its gate is open again.

People claim all the while and follow their claim to its end, so that "nothing acknowledged is
lost" is what they heard, not what we think.
"""

import time
from collections.abc import Mapping

from benchmarks import claiming, sales, zeros
from benchmarks.aims import AIMS
from benchmarks.load import Visit
from benchmarks.reports import Report, Zeros
from benchmarks.rounds import Figures, interleaved
from benchmarks.sales import Stage
from benchmarks.stack import Stack
from flashsale.gate import published
from flashsale.models import Claim
from socialcommerce.embedded.valkey import Valkey
from socialcommerce.lib import redis

SIZES = {
    "tiny": {"reserved": 400, "people": 300, "units": 100, "rounds": 1},
    "reduced": {"reserved": 200_000, "people": 20_000, "units": 10_000, "rounds": 3},
    "full": {"reserved": 1_300_000, "people": 100_000, "units": 50_000, "rounds": 3},
}
LOST_AFTER = 4  # so many parts of the units are claimed before Redis goes
LOOK_SECONDS = 0.01


class Recovery:
    """Each round is a sale that loses its gate."""

    def __init__(self, stack: Stack, size: Mapping[str, int]) -> None:
        self.stack, self.size = stack, size
        self.zeros, self.faults = Zeros(), list[str]()

    def plaza(self) -> Figures:
        size = self.size
        opening = claiming.prepare(
            self.stack,
            reserved=size["reserved"],
            people=size["people"],
            units=size["units"],
            pays=True,
        )
        stage, journal = opening.stage, self.stack.folder / "journal"
        visit = Visit(opening.plan(self.stack, journal=journal))
        try:
            _wait_for_claims(stage, visit, size["units"] // LOST_AFTER)
            lost_at = time.monotonic()
            self.stack.lose_gate()
            up_at = time.monotonic()
            _wait_until_open(stage)
            open_at = time.monotonic()
            heard = visit.end()
        finally:
            visit.stop()
        self.zeros += zeros.of_sale(stage.sale_id, came=size["people"], journal=journal)
        self.faults += zeros.faults(stage.sale_id)
        return {
            "open_again_seconds": open_at - lost_at,
            "redis_up_seconds": up_at - lost_at,
            "people_ended_seconds": heard.seconds,
            "errors": heard.errors,
        }

    def bulk_load(self) -> Figures:
        """A new Redis and the same bytes, from a client that has them ready."""
        bitmap, people = bytes(self.size["reserved"] // 8 + 1), range(self.size["units"])
        results = {f"result:{n}": b'{"code":"paid","number":"0000-0000-0000"}' for n in people}
        folder = self.stack.folder / f"scratch-{time.monotonic_ns()}"
        server = Valkey(folder)
        began = time.monotonic()
        with server:
            client = redis.connect(server.url)
            for name in ("received", "claimed", "written"):
                client.set(name, bitmap)
            pipe = client.pipeline(transaction=False)
            for key, result in results.items():
                pipe.set(key, result)
            pipe.execute()
            return {"seconds": time.monotonic() - began}


def _wait_for_claims(stage: Stage, visit: Visit, wanted: int) -> None:
    """Raises RuntimeError if the crowd went home before."""
    while Claim.objects.filter(sale_id=stage.sale_id).count() < wanted:
        if visit.is_over:
            raise RuntimeError("Everybody was at their end before Redis was lost.")
        time.sleep(LOOK_SECONDS)


def _wait_until_open(stage: Stage) -> None:
    deadline = time.monotonic() + sales.OPEN_SECONDS
    while time.monotonic() < deadline:
        try:
            if published.read(stage.sale_id).is_open:
                return
        except redis.RedisError:
            redis.gate().connection_pool.disconnect()
        time.sleep(LOOK_SECONDS)
    raise RuntimeError(f"The gate of sale {stage.sale_id} did not open again.")


def measure(stack: Stack, size: Mapping[str, int]) -> Report:
    claiming.people_and_wallets(size)
    run = Recovery(stack, size)
    found = interleaved(size["rounds"], {"plaza": run.plaza, "bulk_load": run.bulk_load})
    figures, limit = found["plaza"], found["bulk_load"]["seconds"]
    return Report(
        "recovery",
        size,
        figures=figures,
        limits={"redis_start_and_bulk_load_seconds": limit},
        ratios={"to_start_and_bulk_load": round(figures["open_again_seconds"] / limit, 2)},
        zeros=run.zeros,
        aims=AIMS["recovery"],
        faults=run.faults,
    )
