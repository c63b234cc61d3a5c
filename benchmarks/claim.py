"""`claim`: distinct people who reserved claim over HTTP until all units are held and paid."""

import time
from collections.abc import Mapping
from functools import partial

from benchmarks import claiming, load, watching, zeros
from benchmarks.aims import AIMS
from benchmarks.claiming import Opening
from benchmarks.load import Plan, Visit
from benchmarks.meters import Meter
from benchmarks.reports import Report, Zeros
from benchmarks.rivals import copied, database
from benchmarks.rounds import Contender, Figures, interleaved
from benchmarks.stack import Stack
from flashsale.standings import Standing

SIZES = {
    "tiny": {"reserved": 1_200, "people": 200, "units": 50, "rounds": 1, "seconds": 1},
    "reduced": {"reserved": 60_000, "people": 24_000, "units": 5_000, "rounds": 3, "seconds": 3},
    "full": {
        "reserved": 1_300_000,
        "people": 240_000,
        "units": 50_000,
        "rounds": 1,
        "seconds": 5,
    },
}


class Claiming:
    """The crowd and its rivals on one stack; each round is a sale of its own."""

    def __init__(self, stack: Stack, size: Mapping[str, int]) -> None:
        self.stack, self.size = stack, size
        self.zeros, self.faults = Zeros(), list[str]()
        self.empty_port = stack.serve("empty", "benchmarks.rivals.empty:application")
        self.naive_port = stack.serve("naive", "benchmarks.rivals.naive:application")
        self.opening: Opening

    def plaza(self) -> Figures:
        """From the first request to the last paid unit, and to the last person's end."""
        size = self.size
        self.opening = opening = claiming.prepare(
            self.stack,
            reserved=size["reserved"],
            people=size["people"],
            units=size["units"],
            pays=True,
        )
        journal = self.stack.folder / "journal"
        visit = Visit(opening.plan(self.stack, journal=journal))
        try:
            # What comes before the start, a reminder to everybody say, is another benchmark's.
            time.sleep(max(0.0, opening.starts - time.time()))
            with Meter(self.stack.roots) as meter:
                curve = watching.paid(opening.stage.sale_id, size["units"])
                heard = visit.end()
        finally:
            visit.stop()
        came = size["people"]
        self.zeros += zeros.of_sale(opening.stage.sale_id, came=came, journal=journal)
        self.faults += zeros.faults(opening.stage.sale_id)
        seconds = curve.seconds_since(heard.began)
        return {
            "units_paid_per_second": size["units"] / seconds,
            "units_paid_seconds": seconds,
            "people_answered_seconds": heard.told_seconds,
            "people_ended_seconds": heard.seconds,
            "people_ended_per_second": came / heard.seconds,
            "requests": heard.requests,
            "errors": heard.errors,
            "p50_ms": heard.p50_ms,
            "p95_ms": heard.p95_ms,
            "p99_ms": heard.p99_ms,
            "web_worker_peak_mb": meter.peak_mb["web"],
            "drain_worker_peak_mb": meter.peak_mb["worker"],
            "visitors_cpu_us": heard.cpu_seconds * 1e6 / came,
            **meter.microseconds_each(came),
        }

    def empty(self) -> Figures:
        """The same bytes to a view that does nothing."""
        seconds = self.size["seconds"]
        plan = Plan(
            self.empty_port, self.opening.claims, "/", ("200",), seconds=seconds, repeats=True
        )
        heard = load.run(plan)
        return {"per_second": heard.requests / heard.seconds}

    def naive(self, form: str) -> Figures:
        """Orders that are rows, a second; nobody finds it sold out."""
        database.reset(units=10**9)
        ends = (Standing.HELD, Standing.SOLD_OUT)
        seconds = self.size["seconds"]
        plan = Plan(self.naive_port, self.opening.claims, f"/{form}/", ends, seconds=seconds)
        heard = load.run(plan)
        return {"per_second": database.count("rival_order") / heard.seconds}

    def copied(self) -> Figures:
        return {"per_second": copied.rows_per_second("flashsale_claim")}


def measure(stack: Stack, size: Mapping[str, int]) -> Report:
    claiming.people_and_wallets(size)
    run = Claiming(stack, size)
    contenders: dict[str, Contender] = {
        "plaza": run.plaza,
        "empty": run.empty,
        "locked": partial(run.naive, "locked"),
        "conditional": partial(run.naive, "conditional"),
        "copied": run.copied,
    }
    found = interleaved(size["rounds"], contenders)
    figures = found["plaza"]
    naive = {name: found[name]["per_second"] for name in ("locked", "conditional")}
    ours = figures["units_paid_per_second"]
    return Report(
        "claim",
        size,
        figures=figures,
        limits={
            "empty_django_view_per_second": found["empty"]["per_second"],
            "copy_rows_per_second": found["copied"]["per_second"],
        },
        rivals={
            "select_for_update_view_orders_per_second": naive["locked"],
            "insert_then_update_view_orders_per_second": naive["conditional"],
        },
        ratios={"to_naive_view": round(ours / max(naive.values()), 2)},
        zeros=run.zeros,
        aims=AIMS["claim"],
        faults=run.faults,
    )
