"""One console for many programs: every line says whose it is, and a log file keeps it."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TextIO

LAUNCHER = "plaza"
COLOURS = {
    "web": 36,
    "worker": 33,
    "rehearsal": 31,
    "beat": 35,
    "controller": 32,
    "sandbox": 34,
    "prepare": 90,
}
NAME_WIDTH = max(len(name) for name in (*COLOURS, LAUNCHER))


class Console:
    """Lines go to `stream` with a prefix and to `folder`/<name>.log with the time."""

    def __init__(self, folder: Path, *, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._folder = folder
        self._in_colour = self._stream.isatty() and "NO_COLOR" not in os.environ
        self._logs: dict[str, BinaryIO] = {}

    def say(self, text: str) -> None:
        """The launcher's own words."""
        for line in text.splitlines() or [""]:
            self.line(LAUNCHER, line)

    def line(self, name: str, text: str) -> None:
        """One line of program `name`."""
        stamp = time.strftime("%Y-%m-%d %H:%M:%S")
        log = self._log(name)
        log.write(f"{stamp} {text}\n".encode(errors="replace"))
        log.flush()
        # A closed terminal or pipe is no reason to stop the programs in disorder.
        with suppress(OSError, ValueError):
            self._stream.write(f"{self._prefix(name)} {text}\n")
            self._stream.flush()

    def close(self) -> None:
        for log in self._logs.values():
            log.close()

    def _prefix(self, name: str) -> str:
        padded = f"{name:<{NAME_WIDTH}} |"
        if not self._in_colour:
            return padded
        return f"\033[{COLOURS.get(name, 1)}m{padded}\033[0m"

    def _log(self, name: str) -> BinaryIO:
        if name not in self._logs:
            path = self._folder / f"{name}.log"
            if path.exists():
                path.replace(path.with_suffix(".previous.log"))
            self._logs[name] = path.open("wb")
        return self._logs[name]
