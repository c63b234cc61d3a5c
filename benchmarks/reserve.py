"""`reserve`: distinct people reserve over HTTP until every one of them is a row in PostgreSQL."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from benchmarks import claiming, crowd, load, sales, watching, zeros
from benchmarks.aims import AIMS
from benchmarks.load import Plan, Visit
from benchmarks.meters import Meter
from benchmarks.reports import Report, Zeros
from benchmarks.rivals import copied, database, scripted
from benchmarks.rounds import Figures, interleaved
from benchmarks.sales import Stage
from benchmarks.stack import Stack
from flashsale.standings import Standing
from socialcommerce.embedded.processes import Process
from socialcommerce.lib import clock, redis

SIZES = {
    "tiny": {"people": 300, "rounds": 1, "rival_people": 100, "seconds": 1},
    "reduced": {"people": 30_000, "rounds": 3, "rival_people": 3_000, "seconds": 3},
    "full": {"people": 1_300_000, "rounds": 1, "rival_people": 20_000, "seconds": 5},
}
ENDS = (Standing.RECEIVED, Standing.RESERVED)
RIVAL_WORKER = (
    "celery --quiet --app benchmarks.rivals.one_task worker --queues rival --concurrency 2"
    " --without-gossip --without-mingle --loglevel WARNING"
)


class Reserving:
    """The crowd and its rivals on one stack; each round is a sale of its own."""

    def __init__(self, stack: Stack, size: Mapping[str, int]) -> None:
        self.stack, self.size = stack, size
        self.zeros, self.faults = Zeros(), list[str]()
        self.few = stack.folder / "few"
        self.empty_port = stack.serve("empty", "benchmarks.rivals.empty:application")
        self.task_port = stack.serve("one_task", "benchmarks.rivals.one_task:application")
        stack.start(Process("rival_worker", tuple(RIVAL_WORKER.split())))

    def plaza(self) -> Figures:
        """From the first request to the last row."""
        stage, people = sales.draft(units=10, now=clock.now()), self.size["people"]
        sales.announce_reserving(stage)
        wishes = crowd.write_wishes(self.stack.folder / "wishes", stage, people)
        crowd.write_wishes(self.few, stage, self.size["rival_people"])
        claiming.warm_up(self.stack, stage)
        journal = self.stack.folder / "journal"
        plan = Plan(self.stack.port, wishes, stage.reserve_path, ENDS, journal=journal)
        with Meter(self.stack.roots) as meter:
            visit = Visit(plan)
            try:
                curve = watching.until(partial(watching.reserved, stage.sale_id), people)
                heard = visit.end()
            finally:
                visit.stop()
        self._prove(stage, journal)
        seconds = curve.seconds_since(heard.began)
        return {
            "reservations_per_second": people / seconds,
            "seconds": seconds,
            "received_per_second": people / heard.told_seconds,
            "errors": heard.errors,
            "p50_ms": heard.p50_ms,
            "p95_ms": heard.p95_ms,
            "p99_ms": heard.p99_ms,
            "gate_peak_mb": redis.gate().info("memory")["used_memory_peak"] / 2**20,
            "web_worker_peak_mb": meter.peak_mb["web"],
            "drain_worker_peak_mb": meter.peak_mb["worker"],
            "drain_worker_growth_mb": meter.growth_mb("worker"),
            "gate_redis_per_second": people / max(meter.cpu_seconds["gate"], 0.01),
            "visitors_cpu_us": heard.cpu_seconds * 1e6 / people,
            **meter.microseconds_each(people),
        }

    def empty(self) -> Figures:
        """The same bytes to a view that does nothing."""
        plan = Plan(
            self.empty_port, self.few, "/", ("200",), seconds=self.size["seconds"], repeats=True
        )
        heard = load.run(plan)
        return {"per_second": heard.requests / heard.seconds}

    def one_task(self) -> Figures:
        """From the first request to the last row, too."""
        people = self.size["rival_people"]
        database.reset(units=0)
        visit = Visit(Plan(self.task_port, self.few, "/reserve/", (Standing.RECEIVED,)))
        try:
            curve = watching.until(partial(database.count, "rival_reservation"), people)
            return {"per_second": people / curve.seconds_since(visit.end().began)}
        finally:
            visit.stop()

    def scripted(self) -> Figures:
        """The same script for the same people, without the view."""
        stage = sales.draft(units=10, now=clock.now())
        sales.announce_reserving(stage)
        people = self.size["rival_people"]
        wishes = crowd.write_wishes(self.stack.folder / "scripted", stage, people)
        with self.stack.frozen("worker"):
            per_second = scripted.reserves_per_second(stage, wishes)
        # Their rows are written before the next contender has its turn.
        watching.until(partial(watching.reserved, stage.sale_id), people)
        return {"per_second": per_second}

    def copied(self) -> Figures:
        return {"per_second": copied.rows_per_second("flashsale_reservation")}

    def _prove(self, stage: Stage, journal: Path) -> None:
        self.zeros += zeros.of_sale(stage.sale_id, journal=journal)
        self.faults += zeros.faults(stage.sale_id)


def measure(stack: Stack, size: Mapping[str, int]) -> Report:
    crowd.gather(size["people"], now=clock.now())
    run = Reserving(stack, size)
    contenders = {
        "plaza": run.plaza,
        "empty": run.empty,
        "scripted": run.scripted,
        "one_task": run.one_task,
        "copied": run.copied,
    }
    found = interleaved(size["rounds"], contenders)
    figures = found["plaza"]
    ours = figures["reservations_per_second"]
    empty, task = found["empty"]["per_second"], found["one_task"]["per_second"]
    return Report(
        "reserve",
        size,
        figures=figures,
        limits={
            "empty_django_view_per_second": empty,
            "same_script_pipelined_per_second": found["scripted"]["per_second"],
            "gate_redis_per_second": figures.pop("gate_redis_per_second"),
            "copy_rows_per_second": found["copied"]["per_second"],
        },
        rivals={"one_celery_task_each_per_second": task},
        ratios={"to_empty_view": round(ours / empty, 3), "to_one_task": round(ours / task, 2)},
        zeros=run.zeros,
        aims=AIMS["reserve"],
        faults=run.faults,
    )
