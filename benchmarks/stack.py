"""A site of the benchmark's own: the engines and processes of production, gone afterwards.

Every guard of production is on: the crowd comes through the trusted proxy's headers, each person
from an address of their own. Nothing is shared with a running `make up` but the collected static
files, which are the same.
"""

import http.client
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from benchmarks.load import HOST_NAME
from socialcommerce.embedded import ports, processes, services, spawn
from socialcommerce.embedded.engine import Engine
from socialcommerce.embedded.paths import PROJECT, Layout
from socialcommerce.embedded.postgres import Postgres
from socialcommerce.embedded.processes import Process
from socialcommerce.embedded.valkey import Valkey
from socialcommerce.embedded.warden import Warden

READY_SECONDS: Final = 60.0
STOP_SECONDS: Final = 5.0
BIN: Final = PROJECT / ".venv" / "bin"
# The knobs that a benchmark needs otherwise than the site: no rehearsal proves a made-up sale.
KNOBS: Final = {"SALE_REHEARSE_ABOVE_UNITS": "2000000000"}
# What is set for the harness alone: the programs have production's time-outs and own settings.
OURS: Final = {"DATABASE_STATEMENT_TIMEOUT_MS", "DJANGO_SETTINGS_MODULE"}
ENGINE_NAMES: Final = {"DATABASE_URL": "postgres", "REDIS_URL": "cache", "REDIS_GATE_URL": "gate"}


class Stack:
    """`with Stack() as stack:` the site answers at `port`; afterwards nothing of it is left."""

    def __init__(self) -> None:
        self.port = ports.any_free()
        self.programs: dict[str, subprocess.Popen[bytes]] = {}
        self.site: list[str] = []
        self._served: dict[str, int] = {}

    def __enter__(self) -> Self:
        self.warden = Warden()
        self.folder = Path(tempfile.mkdtemp(prefix="plaza-bench-"))
        self.warden.remove_at_end(self.folder)
        self.layout = Layout(var=self.folder)
        self.layout.create()
        self.engines = services.engines(self.layout)
        try:
            for engine in self.engines.values():
                engine.start()
                self._watch(engine)
            self.environment = self._environment()
        except BaseException:
            self._tear_down()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._tear_down()

    @property
    def gate(self) -> Valkey:
        engine = self.engines["REDIS_GATE_URL"]
        assert isinstance(engine, Valkey)
        return engine

    @property
    def roots(self) -> dict[str, int]:
        """Process ids of the site itself by name, for a Meter."""
        engines = {
            ENGINE_NAMES[variable]: engine.process.pid
            for variable, engine in self.engines.items()
            if engine.process is not None
        }
        return engines | {name: self.programs[name].pid for name in self.site}

    def open(self) -> None:
        """The processes of production run and say that they are ready. The database is there."""
        table = processes.table(self.layout, web_port=self.port, sandbox_port=None)
        for process in table:
            self.start(process)
            self.site.append(process.name)
        self._wait_for(self.port, "/readyz")

    def start(self, process: Process) -> None:
        """The program runs; what it says goes to a file of its name."""
        name, *arguments = process.command
        inherited = {key: value for key, value in os.environ.items() if key not in OURS}
        with (self.layout.log / f"{process.name}.log").open("ab") as log:
            popen = spawn.spawn(
                [str(BIN / name), *arguments],
                folder=PROJECT,
                output=log,
                environment=inherited | self.environment,
            )
        self.programs[process.name] = popen
        self.warden.watch(popen.pid, stop_signal=signal.SIGTERM)

    def serve(self, name: str, application: str) -> int:
        """A rival's application runs on a server like the site's; at which port."""
        if name in self._served:
            return self._served[name]
        port = self._served[name] = ports.any_free()
        command = list(processes.web(self.layout, port=port).command)
        command[command.index("socialcommerce.wsgi:application")] = application
        self.start(Process(name, tuple(command)))
        self._wait_for(port, "/healthz")
        return port

    @contextmanager
    def frozen(self, *names: str) -> Iterator[None]:
        """The named programs stand still, as they would between two batches."""
        for name in names:
            spawn.signal_group(self.programs[name], signal.SIGSTOP)
        try:
            yield
        finally:
            for name in names:
                spawn.signal_group(self.programs[name], signal.SIGCONT)

    def lose_gate(self) -> None:
        """Redis is gone with everything in it, and a new one runs at its address."""
        if self.gate.process is not None:
            self.warden.forget(self.gate.process.pid)
        self.gate.kill()
        self.gate.wipe()
        self.gate.start()
        self._watch(self.gate)

    def last_words(self) -> str:
        """The end of every program's log."""
        return "\n".join(
            f"--- {log.stem}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-8:])
            for log in sorted(self.layout.log.glob("*.log"))
        )

    def _environment(self) -> dict[str, str]:
        return {
            "PLAZA_ENV": "production",
            "PYTHONUNBUFFERED": "1",
            "LOG_LEVEL": "WARNING",
            "SITE_URL": f"https://{HOST_NAME}",
            "ALLOWED_HOSTS": HOST_NAME,
            "TRUSTED_PROXY_COUNT": "1",
            "SECRET_KEY": secrets.token_hex(32),
            "MEDIA_ROOT": str(self.layout.media),
            # Nobody listens there: the sale is paid from wallets.
            "STRIPE_API_BASE": f"http://{ports.LOOPBACK}:1",
            "STRIPE_SECRET_KEY": "sk_test_" + secrets.token_hex(12),
            "STRIPE_PUBLISHABLE_KEY": "pk_test_" + secrets.token_hex(12),
            "STRIPE_WEBHOOK_SECRET": "whsec_" + secrets.token_hex(16),
            **{variable: engine.url for variable, engine in self.engines.items()},
            **KNOBS,
        }

    def _watch(self, engine: Engine) -> None:
        if engine.process is not None:
            self.warden.watch(engine.process.pid, stop_signal=engine.stop_signal)

    def _wait_for(self, port: int, path: str) -> None:
        """Raises RuntimeError with the programs' last words where nobody answers in time."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if _status(port, path) == http.client.OK:
                return
            time.sleep(0.1)
        raise RuntimeError(f"{path} did not become ready.\n{self.last_words()}")

    def _tear_down(self) -> None:
        for program in self.programs.values():
            spawn.signal_group(program, signal.SIGCONT)
            with suppress(ProcessLookupError):
                program.terminate()
        for program in self.programs.values():
            spawn.stop(program, with_signal=signal.SIGTERM, within_seconds=STOP_SECONDS)
        for engine in self.engines.values():
            engine.kill()  # nobody wants these data: no time for a tidy end
        postgres = self.engines["DATABASE_URL"]
        for folder in {self.folder, postgres.home if isinstance(postgres, Postgres) else None}:
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
        self.warden.dismiss()


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection(ports.LOOPBACK, port, timeout=5)
    headers: Mapping[str, str] = {"Host": HOST_NAME, "X-Forwarded-Proto": "https"}
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
