"""What PostgreSQL and Valkey have in common: a real server on loopback in a folder of its own."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from socialcommerce.embedded import ports, private_files, spawn
from socialcommerce.embedded.child import SAME_USER

START_TRIES = 3
START_SECONDS = 60.0
LEAST_FREE_BYTES = 300 * 1024 * 1024  # a new cluster with its first write-ahead log needs 60 MB


class EngineError(Exception):
    """A server could not be started or stopped. The text says which and why, for a person."""


class Engine:
    """A server that a test or `make up` starts, stops, kills and starts again.

    Use it as a context manager, or call `start()` and `stop()`. The port and the data stay the
    same over `stop()`, `kill()` and `start()`; `wipe()` between them loses all data.
    """

    label: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]
    stop_seconds: ClassVar[float] = 20.0

    def __init__(self, folder: Path, *, port: int | None = None) -> None:
        self.folder = folder
        self.log = folder / "server.log"
        self.port = port or 0
        self.process: subprocess.Popen[bytes] | None = None
        self._port_is_given = port is not None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # What each server knows of itself.

    @property
    def url(self) -> str:
        """Where clients connect, password included."""
        raise NotImplementedError

    def prepare(self) -> None:
        """The data folder can be started from; whatever an earlier start left is cleared."""
        raise NotImplementedError

    def command(self) -> list[str]:
        """The command line of the server."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Whether the server that we started takes connections."""
        raise NotImplementedError

    def identity(self) -> str:
        """As whom the server runs (see child.become)."""
        return SAME_USER

    # What is the same for both.

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def password(self) -> str:
        return private_files.password(self.folder / "password")

    def start(self) -> None:
        """The server takes connections at `url`.

        Raises: EngineError with the end of the server's log.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        check_free_space(self.folder)
        self.prepare()
        for attempt in range(1, START_TRIES + 1):
            self.port = self.port or ports.any_free()
            self._launch()
            if self._wait_until(self.is_ready, seconds=START_SECONDS):
                self._port_is_given = True  # clients know it from now on
                return
            may_retry = not self._port_is_given and not ports.is_free(self.port)
            if attempt == START_TRIES or not may_retry:
                break
            self.port = 0
        self.kill()
        raise EngineError(f"{self.label} did not start:\n{self.last_words()}")

    def stop(self) -> None:
        """The server has written everything down and is gone."""
        if self.process is not None:
            spawn.stop(self.process, with_signal=self.stop_signal, within_seconds=self.stop_seconds)
            self.process = None

    def kill(self) -> None:
        """The server and its children are gone without a chance to tidy up."""
        if self.process is not None:
            spawn.signal_group(self.process, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def restart(self) -> None:
        """The server was stopped in good order and takes connections again, same port."""
        self.stop()
        self.start()

    def wipe(self) -> None:
        """All data are gone, as if the disk had been replaced. The server must be stopped."""
        if self.is_running:
            raise EngineError(f"{self.label} still runs: stop it before its data are wiped.")
        shutil.rmtree(self.folder / "data", ignore_errors=True)

    def last_words(self, *, lines: int = 12) -> str:
        """The end of the server's log."""
        try:
            text = self.log.read_text(errors="replace")
        except FileNotFoundError:
            return "(it wrote no log)"
        return "\n".join(text.splitlines()[-lines:])

    def _launch(self) -> None:
        with self.log.open("ab") as output:
            self.process = spawn.spawn(
                self.command(),
                folder=self.folder,
                output=output,
                death_signal=self.stop_signal,
                identity=self.identity(),
            )

    def _wait_until(self, condition: Callable[[], bool], *, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.is_running:
                return False
            if condition():
                return True
            time.sleep(0.01)
        return False


def check_free_space(folder: Path) -> None:
    """Raises: EngineError when the disk is too full for a database to start."""
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < LEAST_FREE_BYTES:
        raise EngineError(
            f"The disk of {folder} is almost full: {free_bytes // 2**20} MB are free and "
            f"{LEAST_FREE_BYTES // 2**20} MB are needed. Make room and start again."
        )
