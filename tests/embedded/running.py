"""Start a small stack as a process of its own, and find whatever is left of it."""

import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from socialcommerce.embedded.paths import PROJECT
from socialcommerce.embedded.services import PUBLISHED

PATIENCE_SECONDS = 30.0
NOT_INHERITED = {*PUBLISHED, "PORT", "MAKELEVEL", "PYTEST_XDIST_WORKER"}


def wait_for(condition: Callable[[], object], *, what: str) -> None:
    """Fails with `what` when the condition does not come true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


class RunningStack:
    """`make up` with small programs, in the folder `var`. Its output is in `output`."""

    def __init__(self, var: Path, **environment: str) -> None:
        self.var = var
        self.mark = secrets.token_hex(8)
        self._output = var.parent / f"output-{self.mark}.txt"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.embedded.small_stack", str(var)],
                cwd=PROJECT,
                env={**own_environment(), "STACK_MARK": self.mark, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        with suppress(ProcessLookupError):
            self.process.terminate()
        self.process.wait(PATIENCE_SECONDS)

    @property
    def output(self) -> str:
        return self._output.read_text()

    @property
    def url(self) -> str:
        found = re.search(r"Ready: (http://\S+)", self.output)
        assert found, self.output
        return found[1]

    def wait_until_it_says(self, text: str) -> Self:
        wait_for(
            lambda: text in self.output or self.process.poll() is not None,
            what=f"{text!r} was not said:\n{self.output}",
        )
        assert text in self.output, self.output
        return self

    def end(self, number: signal.Signals) -> int:
        """Send the signal; the exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)

    def survivors(self) -> list[str]:
        """Command lines of processes that this stack started and that still live."""
        return [
            line
            for folder in Path("/proc").glob("[0-9]*")
            if int(folder.name) != self.process.pid and (line := self._if_ours(folder))
        ]

    def _if_ours(self, folder: Path) -> str:
        """The environment tells, but PostgreSQL writes its titles over it: then the folder."""
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            place = str((folder / "cwd").readlink())
            environment = (folder / "environ").read_bytes()
        except (OSError, UnicodeDecodeError):
            return ""
        ours = place.startswith(str(self.var)) or self.mark.encode() in environment
        return f"{folder.name} {command}" if ours and command else ""


def own_environment() -> dict[str, str]:
    """This process's environment without the services of the tests."""
    return {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
