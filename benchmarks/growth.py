"""`growth`: what a reservation, a claim and a sale page cost in CPU time as the site grows.

Everybody has written a post and placed an order; everybody has reserved for the sale in which
some claim. The crowd that is measured is always as large, and spread over everybody.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import claiming, crowd, load, page, sales, watching, zeros
from benchmarks.aims import AIMS
from benchmarks.load import Plan, Visit
from benchmarks.meters import Meter
from benchmarks.reports import Report, Zeros
from benchmarks.reserve import ENDS
from benchmarks.rounds import Figures, medians
from benchmarks.stack import Stack
from socialcommerce.lib import clock

STEPS: Final = ("first", "middle", "last")
SIZES = {
    "tiny": {"first": 200, "middle": 300, "last": 400, "operations": 100, "rounds": 1},
    "reduced": {
        "first": 10_000,
        "middle": 100_000,
        "last": 1_000_000,
        "operations": 5_000,
        "rounds": 3,
    },
}
SIZES["full"] = SIZES["reduced"]
# Who works for a person; the controller's rebuilds and the load generator do not.
COUNTED: Final = ("web", "worker", "gate", "cache", "postgres")
PAGE_SECONDS: Final = 5.0
READERS: Final = 500


class Growth:
    """The same operations on a site that grows between them."""

    def __init__(self, stack: Stack, size: Mapping[str, int]) -> None:
        self.stack, self.size = stack, size
        self.zeros, self.faults = Zeros(), list[str]()

    def at(self, people: int) -> Figures:
        """CPU microseconds of each operation with so many people, posts and orders."""
        crowd.gather(people, now=clock.now())
        crowd.fill_wallets(people, now=clock.now())
        crowd.fill_the_site(sales.draft(units=1, now=clock.now()), now=clock.now())
        rounds = range(self.size["rounds"])
        return medians(
            [self._reserve(people) | self._claim(people) | self._page(people) for _one in rounds]
        )

    def _reserve(self, people: int) -> dict[str, float]:
        count = self.size["operations"]
        stage = sales.draft(units=10, now=clock.now())
        sales.announce_reserving(stage)
        file = self.stack.folder / "wishes"
        wishes = crowd.write_wishes(file, stage, count, one_in=people // count)
        expected = _lines(wishes)
        claiming.warm_up(self.stack, stage)
        journal = self.stack.folder / "journal"
        plan = Plan(self.stack.port, wishes, stage.reserve_path, ENDS, journal=journal)
        with self._meter() as meter:
            visit = Visit(plan)
            try:
                watching.until(partial(watching.reserved, stage.sale_id), expected)
                visit.end()
            finally:
                visit.stop()
        self._prove(stage.sale_id, came=0, journal=journal)
        return {"reserve_cpu_us": meter.total_cpu_seconds * 1e6 / expected}

    def _claim(self, people: int) -> dict[str, float]:
        count = self.size["operations"]
        opening = claiming.prepare(
            self.stack, reserved=people, people=count, units=count, pays=True
        )
        journal = self.stack.folder / "journal"
        with self._meter() as meter:
            load.run(opening.plan(self.stack, journal=journal))
        came = _lines(opening.claims)
        self._prove(opening.stage.sale_id, came=came, journal=journal)
        return {"claim_cpu_us": meter.total_cpu_seconds * 1e6 / came}

    def _page(self, people: int) -> dict[str, float]:
        run = page.Page(self.stack, people=min(people, READERS), seconds=PAGE_SECONDS)
        figures = run.plaza()
        return {"page_cpu_us": figures["web_cpu_us"] + figures["postgres_cpu_us"]}

    def _meter(self) -> Meter:
        return Meter({name: self.stack.roots[name] for name in COUNTED})

    def _prove(self, sale_id: int, *, came: int, journal: Path) -> None:
        self.zeros += zeros.of_sale(sale_id, came=came, journal=journal)
        self.faults += zeros.faults(sale_id)


def _lines(file: Path) -> int:
    with file.open() as lines:
        return sum(1 for _line in lines)


def measure(stack: Stack, size: Mapping[str, int]) -> Report:
    run = Growth(stack, size)
    found = {step: run.at(size[step]) for step in STEPS}
    return Report(
        "growth",
        size,
        figures={
            f"{name}_{size[step]}": value for step in STEPS for name, value in found[step].items()
        },
        ratios={
            f"{what}_last_to_first": round(
                found["last"][f"{what}_cpu_us"] / found["first"][f"{what}_cpu_us"], 3
            )
            for what in ("reserve", "claim", "page")
        },
        zeros=run.zeros,
        aims=AIMS["growth"],
        faults=run.faults,
    )
