"""`drain`: from the stream into PostgreSQL, held claims, and claims that are paid at once.

The crowd fills the stream while the workers stand still; then they are let go, and the rows are
counted from the first to the last.
"""

from collections.abc import Mapping
from functools import partial

from benchmarks import claiming, load, watching, zeros
from benchmarks.aims import AIMS
from benchmarks.meters import Meter
from benchmarks.reports import Report, Zeros
from benchmarks.rivals import copied
from benchmarks.rounds import Contender, Figures, interleaved
from benchmarks.stack import Stack
from flashsale.standings import Standing

SIZES = {
    "tiny": {"reserved": 1_200, "people": 1_200, "rounds": 1},
    "reduced": {"reserved": 20_000, "people": 20_000, "rounds": 3},
    "full": {"reserved": 50_000, "people": 50_000, "rounds": 3},
}
FILLED_WITHIN_SECONDS = 120.0


class Drain:
    """Each round is a sale with a unit for everybody."""

    def __init__(self, stack: Stack, size: Mapping[str, int]) -> None:
        self.stack, self.size = stack, size
        self.zeros, self.faults = Zeros(), list[str]()

    def plaza(self, *, pays: bool) -> Figures:
        people = self.size["people"]
        opening = claiming.prepare(
            self.stack, reserved=self.size["reserved"], people=people, units=people, pays=pays
        )
        sale_id = opening.stage.sale_id
        with self.stack.frozen("worker"):
            heard = load.run(opening.entering(self.stack, seconds=FILLED_WITHIN_SECONDS))
        in_line = heard.ends[Standing.IN_LINE]
        with Meter(self.stack.roots) as meter:
            curve = watching.until(partial(watching.decided, sale_id), in_line, every=0.02)
        self.zeros += zeros.of_sale(sale_id, came=in_line)
        self.faults += zeros.faults(sale_id)
        return {
            "per_second": curve.per_second,
            "worker_cpu_us": meter.cpu_seconds["worker"] * 1e6 / in_line,
            "postgres_cpu_us": meter.cpu_seconds["postgres"] * 1e6 / in_line,
            "gate_cpu_us": meter.cpu_seconds["gate"] * 1e6 / in_line,
            "worker_peak_mb": meter.peak_mb["worker"],
        }

    def copied(self, table: str) -> Figures:
        return {"per_second": copied.rows_per_second(table)}


def measure(stack: Stack, size: Mapping[str, int]) -> Report:
    claiming.people_and_wallets(size)
    run = Drain(stack, size)
    contenders: dict[str, Contender] = {
        "held": partial(run.plaza, pays=False),
        "claims": partial(run.copied, "flashsale_claim"),
        "paid": partial(run.plaza, pays=True),
        "orders": partial(run.copied, "shop_order"),
    }
    found = interleaved(size["rounds"], contenders)
    figures = {
        f"{kind}_{name}": value
        for kind in ("held", "paid")
        for name, value in found[kind].items()
        if name != "worker_peak_mb"
    }
    figures["drain_worker_peak_mb"] = max(
        found[kind]["worker_peak_mb"] for kind in ("held", "paid")
    )
    claims, orders = found["claims"]["per_second"], found["orders"]["per_second"]
    return Report(
        "drain",
        size,
        figures=figures,
        limits={"copy_claims_per_second": claims, "copy_orders_per_second": orders},
        ratios={
            "held_to_copy_of_claims": round(figures["held_per_second"] / claims, 3),
            "paid_to_copy_of_claims": round(figures["paid_per_second"] / claims, 3),
        },
        zeros=run.zeros,
        aims=AIMS["drain"],
        faults=run.faults,
    )
