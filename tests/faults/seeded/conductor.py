"""One run: processes are started, the saboteur follows its schedule, the verdict is awaited."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Final

import redis

from tests.faults.seeded import schedule, world
from tests.faults.seeded.schedule import Fault, Planned, Shape
from tests.faults.seeded.world import World

ROLES: Final = "tests.faults.seeded.roles"
STARTS_WITHIN_SECONDS: Final = 60
VERDICT_WITHIN_SECONDS: Final = 120
SLEEP_SECONDS: Final = 2.0  # of a worker, while the epoch changes
LAPSE_SECONDS: Final = 3.5  # of a controller: longer than its leases, shorter than its lock
LOOK_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Result:
    """`log` says what was done and when; `verdict` what the sale came to."""

    seed: int
    shape: Shape
    log: list[str]
    verdict: Mapping[str, Any]

    @property
    def is_go(self) -> bool:
        return bool(self.verdict.get("go"))


def run(seed: int, *, people: int, seconds: int, folder: Path, template: Path) -> Result:
    """A whole sale of `people` was played while the faults of `seed` were done to its servers.

    Servers and processes are this run's own, in `folder`; none is left. Call it from the main
    thread.
    """
    shape = schedule.shape(seed, people=people)
    with world.running(folder, template=template) as servers:
        company = Company()
        try:
            told = company.begin(shape, seconds)
            sale_id, starts_at = _await(told, company, within=STARTS_WITHIN_SECONDS)
            saboteur = Saboteur(servers, company, sale_id=sale_id, starts_at=starts_at)
            saboteur.work(schedule.plan(seed), stretch=seconds / 7)
            verdict = _await(told, company, within=VERDICT_WITHIN_SECONDS)
        finally:
            company.end()
    return Result(seed, shape, saboteur.log, verdict)


def _await(told: Connection, company: "Company", *, within: float) -> Any:
    """What the crowd tells next; a process that died meanwhile is started again."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if told.poll(LOOK_SECONDS):
            return told.recv()
        company.revive()
    raise TimeoutError("The crowd had nothing to tell in time.")


@dataclass(slots=True)
class Company:
    """The processes of the site, each started again when it dies, as a supervisor does."""

    running: dict[str, ForkServerProcess] = field(default_factory=dict)
    starts: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    forked: list[ForkServerProcess] = field(default_factory=list)  # two may have had one name

    def begin(self, shape: Shape, seconds: int) -> Connection:
        """Two controllers, two workers, and the crowd, whose end of the line is returned."""
        for number in (1, 2):
            self.start(f"controller {number}", "controller")
            self.start(f"worker {number}", "worker")
        ours, theirs = get_context("forkserver").Pipe(duplex=False)
        self._fork("crowd", "crowd", {"shape": shape, "seconds": seconds, "tell": theirs})
        theirs.close()
        return ours

    def start(self, name: str, role: str, **arguments: Any) -> None:
        """The process runs, now with these arguments; when it dies, again without them."""
        self.starts[name] = (role, {})
        self._fork(name, role, arguments)

    def once(self, role: str, **arguments: Any) -> None:
        """A process that does one thing and ends."""
        self._fork(role, role, arguments)

    def kill(self, name: str) -> None:
        """As by kill -9. Nobody starts it again but `revive`."""
        process = self.running[name]
        process.kill()
        process.join()

    def revive(self) -> None:
        """Whatever died is there again. A crowd that dies is a mistake of the run itself."""
        if self.running["crowd"].exitcode:
            raise RuntimeError("The crowd died; its traceback stands above.")
        for name, (role, arguments) in self.starts.items():
            if not self.running[name].is_alive():
                self._fork(name, role, arguments)

    def end(self) -> None:
        for process in self.forked:
            process.kill()  # also one that is stopped: nothing survives it
        for process in self.forked:
            process.join()

    def _fork(self, name: str, role: str, arguments: Mapping[str, Any]) -> None:
        context = get_context("forkserver")
        context.set_forkserver_preload([ROLES])
        process = context.Process(target=play, args=(role, dict(arguments)), name=name)
        process.start()
        self.running[name] = process
        self.forked.append(process)


def play(role: str, arguments: dict[str, Any]) -> None:
    """In the forked process: its part. Imported there only, Django is not needed here."""
    from tests.faults.seeded import roles  # noqa: PLC0415

    getattr(roles, role)(**arguments)


@dataclass(slots=True)
class Saboteur:
    """Does to servers and processes what the schedule says, and writes down what it did."""

    world: World
    company: Company
    sale_id: int
    starts_at: float
    log: list[str] = field(default_factory=list)
    _asleep: list[tuple[float, int]] = field(default_factory=list)

    def work(self, plan: list[Planned], *, stretch: float) -> None:
        """Every fault was done, at its moment or as soon after it as the one before allowed."""
        for planned in plan:
            self._wait_until(self.starts_at + planned.at * stretch)
            self.log.append(f"{planned.at:+.2f} s: {planned.fault} {planned.detail}".rstrip())
            self._acts()[planned.fault](planned)
        self._wait_until(max([at for at, _pid in self._asleep], default=0.0))

    def _acts(self) -> dict[Fault, Callable[[Planned], None]]:
        company = self.company
        return {
            Fault.WORKER_KILLED: lambda _: company.kill("worker 1"),
            Fault.WORKER_DIES_AT: self._die_at,
            Fault.WORKER_SLEEPS: self._sleep_over_an_epoch,
            Fault.DELIVERED_TWICE: lambda _: company.start("thief", "worker", steals=True),
            Fault.CONTROLLER_KILLED: lambda _: self._kill_leader(),
            Fault.CONTROLLER_SLEEPS: lambda _: self._sleep("controller 1", LAPSE_SECONDS),
            Fault.CLOCK_SHIFTED: self._shift,
            Fault.REDIS_EMPTIED: lambda _: self._empty(),
            Fault.REDIS_RESTARTED: lambda _: self._replace(wiped=False),
            Fault.REDIS_REPLACED: lambda _: self._replace(wiped=True),
            Fault.REDIS_OF_YESTERDAY: lambda _: self._bring_yesterday(),
            Fault.POSTGRES_STOPPED: lambda _: self._stop_postgres(),
            Fault.PAUSED: lambda _: company.once("pause", sale_id=self.sale_id),
        }

    def _die_at(self, planned: Planned) -> None:
        self.company.kill("worker 1")
        self.company.start("worker 1", "worker", die_at=planned.detail)

    def _sleep_over_an_epoch(self, _planned: Planned) -> None:
        self._sleep("worker 1", SLEEP_SECONDS)
        self._empty()

    def _kill_leader(self) -> None:
        """Whichever leads: the other one is killed a moment later and leads no more either."""
        for name in ("controller 1", "controller 2"):
            self.company.kill(name)

    def _shift(self, planned: Planned) -> None:
        self._kill_leader()
        for name in ("controller 1", "controller 2"):
            self.company.start(name, "controller", offset_seconds=planned.offset_seconds)

    def _empty(self) -> None:
        with redis.Redis.from_url(self.world.gate.url) as client:
            client.flushall()

    def _replace(self, *, wiped: bool) -> None:
        self.world.gate.kill()
        if wiped:
            self.world.gate.wipe()
        self.world.gate.start()

    def _stop_postgres(self) -> None:
        self.world.postgres.kill()
        self.world.postgres.start()

    def _bring_yesterday(self) -> None:
        gate, yesterday = self.world.gate, self.world.yesterday
        shutil.rmtree(yesterday, ignore_errors=True)
        shutil.copytree(gate.folder / "data", yesterday)
        self._wait_until(time.monotonic() + 1.0)
        gate.kill()
        gate.wipe()
        shutil.copytree(yesterday, gate.folder / "data")
        gate.start()

    def _sleep(self, name: str, seconds: float) -> None:
        pid = self.company.running[name].pid
        if pid is not None:
            os.kill(pid, signal.SIGSTOP)
            self._asleep.append((time.monotonic() + seconds, pid))

    def _wait_until(self, moment: float) -> None:
        """Meanwhile who slept long enough goes on, and who died is started again."""
        while True:
            now = time.monotonic()
            for due in [entry for entry in self._asleep if entry[0] <= now]:
                self._asleep.remove(due)
                with suppress(ProcessLookupError):
                    os.kill(due[1], signal.SIGCONT)
            self.company.revive()
            if now >= moment:
                return
            time.sleep(min(LOOK_SECONDS, moment - now))
