"""Keep the programs running, show what they say, and end them in good order."""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from socialcommerce.embedded import spawn
from socialcommerce.embedded.console import Console
from socialcommerce.embedded.engine import Engine, EngineError
from socialcommerce.embedded.paths import PROJECT
from socialcommerce.embedded.processes import Process, StopRank
from socialcommerce.embedded.warden import Warden

STOP_SECONDS = 7.0  # of the ten that a stop may take; the databases have the rest
KILL_SECONDS = 3.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
ENGINE_PAUSE_SECONDS = 2.0
STEADY_SECONDS = 30.0  # who ran that long starts again at once


@dataclass
class Program:
    """One process of the table, running or waiting for its next start."""

    process: Process
    popen: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    pause_seconds: float = FIRST_PAUSE_SECONDS
    unfinished_line: bytes = field(default=b"")


class Supervisor:
    """Owns every program. All of it happens on the main thread (see spawn.spawn)."""

    def __init__(
        self,
        *,
        console: Console,
        warden: Warden,
        engines: Sequence[Engine],
        environment: Mapping[str, str],
        folder: Path = PROJECT,
    ) -> None:
        self._console = console
        self._warden = warden
        self._engines = engines
        self._environment = environment
        self._folder = folder
        self._programs: list[Program] = []
        self._selector = selectors.DefaultSelector()
        self._tend_engines_at = 0.0

    def start(self, processes: Sequence[Process]) -> None:
        """The processes run, and run again whenever they die."""
        for process in processes:
            program = Program(process)
            self._programs.append(program)
            self._launch(program)

    def run_to_its_end(self, process: Process, *, until: Callable[[], bool]) -> int | None:
        """The exit status of a program that runs once, or None when `until` came first."""
        program = Program(process)
        self._launch(program)
        while program.popen is not None and program.popen.poll() is None:
            if until():
                self._end([program], within_seconds=KILL_SECONDS)
                return None
            self._read(timeout=0.1)
        status = program.popen.returncode if program.popen is not None else None
        self._bury(program)
        return status

    def turn(self, *, timeout: float = 0.2) -> None:
        """What the programs said was shown; the dead were reported and started again in time."""
        self._read(timeout=timeout)
        self._tend_engines()
        for program in self._programs:
            if program.popen is None:
                if time.monotonic() >= program.start_again_at:
                    self._launch(program)
            elif program.popen.poll() is not None:
                self._report_death(program, program.popen.returncode)

    def stop(self) -> None:
        """No program is left; those that others need were the last to go."""
        for rank, seconds in ((StopRank.USES_OTHERS, STOP_SECONDS), (StopRank.IS_USED, 1.0)):
            ending = [one for one in self._programs if one.process.stop_rank == rank]
            self._end(ending, within_seconds=seconds)
        self._programs.clear()

    def _launch(self, program: Program) -> None:
        name, *arguments = program.process.command
        binary = Path(sys.executable).parent / name
        program.popen = spawn.spawn(
            [str(binary) if binary.exists() else name, *arguments],
            folder=self._folder,
            output=subprocess.PIPE,
            environment=self._environment,
        )
        program.started_at = time.monotonic()
        self._warden.watch(program.popen.pid, stop_signal=signal.SIGTERM)
        if program.popen.stdout is not None:
            os.set_blocking(program.popen.stdout.fileno(), False)
            self._selector.register(program.popen.stdout, selectors.EVENT_READ, program)

    def _read(self, *, timeout: float) -> None:
        if not self._selector.get_map():
            time.sleep(timeout)  # select() without files returns at once on some systems
            return
        for key, _ in self._selector.select(timeout):
            program: Program = key.data
            if self._show_some(program) == b"":
                self._selector.unregister(key.fileobj)

    def _show_some(self, program: Program) -> bytes | None:
        """What was read and shown; None when nothing is there yet, b"" at the end."""
        if program.popen is None or program.popen.stdout is None:
            return b""
        try:
            chunk = os.read(program.popen.stdout.fileno(), 65536)
        except BlockingIOError:
            return None
        *lines, program.unfinished_line = (program.unfinished_line + chunk).split(b"\n")
        for line in lines:
            self._console.line(program.process.name, line.decode(errors="replace").rstrip())
        return chunk

    def _report_death(self, program: Program, status: int) -> None:
        lived = time.monotonic() - program.started_at
        if lived >= STEADY_SECONDS:
            program.pause_seconds = FIRST_PAUSE_SECONDS
        self._bury(program)
        self._console.say(
            f"{program.process.name} ended ({describe(status)}) after {lived:.0f} s; "
            f"it starts again in {program.pause_seconds:g} s."
        )
        program.start_again_at = time.monotonic() + program.pause_seconds
        program.pause_seconds = min(program.pause_seconds * 2, LONGEST_PAUSE_SECONDS)

    def _bury(self, program: Program) -> None:
        """The last words were shown, and children that the program left behind are gone."""
        popen = program.popen
        if popen is None:
            return
        spawn.signal_group(popen, signal.SIGKILL)
        popen.wait()
        if popen.stdout is not None:
            if popen.stdout in {key.fileobj for key in self._selector.get_map().values()}:
                while self._show_some(program):
                    pass
                self._selector.unregister(popen.stdout)
            popen.stdout.close()
        self._warden.forget(popen.pid)
        program.popen = None

    def _end(self, programs: Sequence[Program], *, within_seconds: float) -> None:
        """Ask all at once, then insist."""
        for program in programs:
            if program.popen is not None and program.popen.poll() is None:
                program.popen.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + within_seconds
        while any(is_running(program) for program in programs) and time.monotonic() < deadline:
            self._read(timeout=0.05)
        for program in programs:
            if is_running(program):
                self._console.say(f"{program.process.name} did not stop in time: killed.")
            self._bury(program)

    def _tend_engines(self) -> None:
        if time.monotonic() < self._tend_engines_at:
            return
        for engine in self._engines:
            if not engine.is_running:
                self._console.say(f"{engine.label} ended; it starts again now.")
                self._start_again(engine)

    def _start_again(self, engine: Engine) -> None:
        """PostgreSQL cannot start before the last child of a killed one has gone: try on."""
        if engine.process is not None:
            self._warden.forget(engine.process.pid)
        try:
            engine.start()
        except EngineError as error:
            self._console.say(f"{error}\nThe next try is in {ENGINE_PAUSE_SECONDS:g} s.")
            self._tend_engines_at = time.monotonic() + ENGINE_PAUSE_SECONDS
        else:
            watch(self._warden, engine)


def is_running(program: Program) -> bool:
    return program.popen is not None and program.popen.poll() is None


def watch(warden: Warden, engine: Engine) -> None:
    """The engine ends with the launcher, however that ends."""
    if engine.process is not None:
        warden.watch(engine.process.pid, stop_signal=engine.stop_signal)


def describe(status: int) -> str:
    """An exit status in words."""
    if status < 0:
        return f"signal {signal.Signals(-status).name}"
    return f"exit status {status}"
