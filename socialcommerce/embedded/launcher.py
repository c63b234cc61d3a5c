"""`make up`: all of Plaza in one console, and nothing of it left when the console ends."""

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Protocol

from socialcommerce.embedded import child, contract, lock, ports, processes, services
from socialcommerce.embedded.announcement import Announcement
from socialcommerce.embedded.console import Console
from socialcommerce.embedded.contract import ContractError, Given
from socialcommerce.embedded.engine import EngineError
from socialcommerce.embedded.identity import IdentityError
from socialcommerce.embedded.lock import AlreadyRunsError
from socialcommerce.embedded.paths import LAYOUT, PROJECT, Layout
from socialcommerce.embedded.processes import PREPARE, Process
from socialcommerce.embedded.supervisor import Supervisor
from socialcommerce.embedded.warden import Warden

FIRST_PORT = 8000


class Table(Protocol):
    """What processes.table is."""

    def __call__(
        self, layout: Layout, *, web_port: int, sandbox_port: int | None
    ) -> Sequence[Process]: ...


@dataclass(frozen=True)
class Stack:
    """What a launcher runs. A test brings a layout and processes of its own."""

    layout: Layout = LAYOUT
    folder: Path = PROJECT
    prepare: Process = PREPARE
    table: Table = processes.table


class CannotStartError(Exception):
    """What stands in the way, for a person."""


class StopFlag:
    """True from the first Ctrl-C, SIGTERM or closed terminal on."""

    def __init__(self) -> None:
        self._is_set = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._set)

    def __call__(self) -> bool:
        return self._is_set

    def _set(self, _number: int, _frame: FrameType | None) -> None:
        self._is_set = True


def main() -> int:
    """The exit status of `manage.py up`."""
    if "MAKELEVEL" in os.environ:
        # kill -9 of make would otherwise leave everything running without a console.
        child.die_with(os.getppid(), death_signal=signal.SIGTERM)
    return run(Stack())


def run(stack: Stack) -> int:
    """Plaza ran until somebody stopped it: 0. It could not start, and said why: 1."""
    should_stop = StopFlag()
    try:
        given = contract.what_is_given(os.environ)
        stack.layout.create()
        with lock.held(stack.layout):
            _run_alone(stack, given=given, should_stop=should_stop)
    except (
        AlreadyRunsError,
        CannotStartError,
        ContractError,
        EngineError,
        IdentityError,
        OSError,
    ) as error:
        sys.stderr.write(f"Plaza cannot start: {error}\n")
        return 1
    return 0


def _run_alone(stack: Stack, *, given: Given, should_stop: StopFlag) -> None:
    web_port = choose_web_port(os.environ.get("PORT", ""))
    sandbox_port = None if given.stripe else ports.any_free()
    servers = {} if given.databases else services.engines(stack.layout)
    console = Console(stack.layout.log)
    # Left in the opposite order: programs, servers, warden, console.
    with ExitStack() as cleanup:
        cleanup.callback(console.close)
        cleanup.callback(console.say, "Stopped.")
        warden = Warden()
        cleanup.callback(warden.dismiss)
        console.say(f"Starting on port {web_port}. Ctrl-C stops everything.")
        cleanup.enter_context(services.running(servers, warden=warden))
        environment = {
            "PLAZA_ENV": "development",
            "PYTHONUNBUFFERED": "1",
            "SITE_URL": f"http://{ports.LOOPBACK}:{web_port}",
            **contract.keys(stack.layout, sandbox_port=sandbox_port),
            **{name: server.url for name, server in servers.items()},
            **os.environ,
        }
        if not given.everything:
            cleanup.enter_context(services.published(stack.layout, environment))
        supervisor = Supervisor(
            console=console,
            warden=warden,
            engines=list(servers.values()),
            environment=environment,
            folder=stack.folder,
        )
        cleanup.callback(supervisor.stop)
        cleanup.callback(console.say, "Stopping.")
        table = stack.table(stack.layout, web_port=web_port, sandbox_port=sandbox_port)
        announcement = Announcement(
            console=console, layout=stack.layout, port=web_port, url=environment["SITE_URL"]
        )
        _supervise(stack.prepare, table, supervisor, announcement, should_stop)


def _supervise(
    prepare: Process,
    table: Sequence[Process],
    supervisor: Supervisor,
    announcement: Announcement,
    should_stop: StopFlag,
) -> None:
    status = supervisor.run_to_its_end(prepare, until=should_stop)
    if status:
        raise CannotStartError(f"`{' '.join(prepare.command)}` failed; see its lines above.")
    supervisor.start(() if should_stop() else table)
    while not should_stop():
        supervisor.turn()
        announcement.turn()


def choose_web_port(wanted: str) -> int:
    """`wanted` (PORT) as it is, or the first free port from 8000 on.

    Raises: CannotStartError when the wanted port is none, or somebody else's.
    """
    if not wanted:
        return ports.first_free(FIRST_PORT)
    if not wanted.isdecimal() or not 1 <= int(wanted) <= 65535:
        raise CannotStartError(f"PORT={wanted} is no port: give a number from 1 to 65535.")
    if not ports.is_free(int(wanted)):
        raise CannotStartError(
            f"port {wanted} is taken by another program. Give another PORT, "
            "or none to have a free one found."
        )
    return int(wanted)
