"""`gate`: the claim view alone against an empty view and a bare callable on the same server.

Every request is another person's and every one gets a place in line; the drain stands still
while it is measured, so that the view and the script alone are.
"""

import time
from collections.abc import Mapping
from functools import partial

from benchmarks import claiming, load, watching, zeros
from benchmarks.aims import AIMS
from benchmarks.claiming import Opening
from benchmarks.load import Plan
from benchmarks.meters import Meter
from benchmarks.reports import Report, Zeros
from benchmarks.rivals import scripted
from benchmarks.rounds import Contender, Figures, interleaved
from benchmarks.stack import Stack
from flashsale.standings import Standing

SIZES = {
    "tiny": {"reserved": 300, "people": 300, "scripted": 100, "rounds": 1, "seconds": 1},
    "reduced": {"reserved": 40_000, "people": 40_000, "scripted": 5_000, "rounds": 3, "seconds": 4},
    "full": {"reserved": 100_000, "people": 100_000, "scripted": 20_000, "rounds": 5, "seconds": 8},
}


class Gate:
    """The view and its limits on one stack; each round is a sale with a unit for everybody."""

    def __init__(self, stack: Stack, size: Mapping[str, int]) -> None:
        self.stack, self.size = stack, size
        self.zeros, self.faults = Zeros(), list[str]()
        self.ports = {
            name: stack.serve(name, f"benchmarks.rivals.{name}:application")
            for name in ("empty", "bare")
        }
        self.opening: Opening

    def plaza(self) -> Figures:
        people, seconds = self.size["people"], self.size["seconds"]
        self.opening = opening = claiming.prepare(
            self.stack, reserved=self.size["reserved"], people=people, units=people, pays=False
        )
        sale_id = opening.stage.sale_id
        with self.stack.frozen("worker"), Meter(self.stack.roots) as meter:
            heard = load.run(opening.entering(self.stack, seconds=seconds))
        admitted = heard.ends.get(Standing.IN_LINE, 0)
        # Their claims are written before the next contender has its turn.
        watching.until(partial(_decided, sale_id), admitted)
        self.zeros += zeros.of_sale(sale_id, came=admitted)
        self.faults += zeros.faults(sale_id)
        return {
            "claims_per_second": admitted / heard.seconds,
            "errors": heard.errors,
            "p50_ms": heard.p50_ms,
            "p95_ms": heard.p95_ms,
            "p99_ms": heard.p99_ms,
            "web_cpu_us": meter.cpu_seconds["web"] * 1e6 / admitted,
            "gate_cpu_us": meter.cpu_seconds["gate"] * 1e6 / admitted,
            "visitors_cpu_us": heard.cpu_seconds * 1e6 / heard.requests,
        }

    def scripted(self) -> Figures:
        """The same script for other people, without the view."""
        people = self.size["scripted"]
        opening = claiming.prepare(
            self.stack, reserved=people, people=people, units=people, pays=False
        )
        time.sleep(max(0.0, opening.starts - time.time()))
        with self.stack.frozen("worker"):
            per_second = scripted.claims_per_second(opening.stage, opening.claims)
        watching.until(partial(_decided, opening.stage.sale_id), people)
        return {"per_second": per_second}

    def limit(self, name: str) -> Figures:
        """The same bytes to `name`."""
        plan = Plan(
            self.ports[name],
            self.opening.claims,
            "/",
            ("200",),
            seconds=self.size["seconds"],
            repeats=True,
        )
        with Meter({name: self.stack.programs[name].pid}) as meter:
            heard = load.run(plan)
        return {
            "per_second": heard.requests / heard.seconds,
            "cpu_us": meter.cpu_seconds[name] * 1e6 / heard.requests,
        }


def _decided(sale_id: int) -> int:
    return watching.claims(sale_id).count()


def measure(stack: Stack, size: Mapping[str, int]) -> Report:
    claiming.people_and_wallets(size)
    run = Gate(stack, size)
    contenders: dict[str, Contender] = {
        "plaza": run.plaza,
        "empty": partial(run.limit, "empty"),
        "bare": partial(run.limit, "bare"),
        "scripted": run.scripted,
    }
    found = interleaved(size["rounds"], contenders)
    figures, empty, bare = found["plaza"], found["empty"], found["bare"]
    return Report(
        "gate",
        size,
        figures=figures,
        limits={
            "empty_django_view_per_second": empty["per_second"],
            "empty_django_view_cpu_us": empty["cpu_us"],
            "same_script_pipelined_per_second": found["scripted"]["per_second"],
            "bare_wsgi_callable_per_second": bare["per_second"],
            "bare_wsgi_callable_cpu_us": bare["cpu_us"],
        },
        ratios={
            "to_empty_view": round(figures["claims_per_second"] / empty["per_second"], 3),
            "to_bare_callable": round(figures["claims_per_second"] / bare["per_second"], 3),
        },
        zeros=run.zeros,
        aims=AIMS["gate"],
        faults=run.faults,
    )
