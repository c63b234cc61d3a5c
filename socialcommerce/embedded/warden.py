"""A small process that outlives its launcher's sudden death and ends what is left over.

The kernel's death signal reaches the launcher's own children only, and only on Linux. The warden
knows every process group, notices the launcher's death as the end of its input, gives the groups
some seconds to go by themselves, and then ends them.

Input, one line each: `group PGID SIGNAL`, `gone PGID`, `remove FOLDER`, `grace SECONDS`,
`dismiss`.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TextIO

DEFAULT_GRACE_SECONDS = 5.0


class Warden:
    """The launcher's end of the line. Made on the main thread before anything is started."""

    def __init__(self, *, grace_seconds: float = DEFAULT_GRACE_SECONDS) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._tell(f"grace {grace_seconds}")

    def watch(self, pid: int, *, stop_signal: signal.Signals) -> None:
        """The group of this leader ends with the launcher."""
        self._tell(f"group {pid} {int(stop_signal)}")

    def forget(self, pid: int) -> None:
        """The group is gone: its number may soon be another's."""
        self._tell(f"gone {pid}")

    def remove_at_end(self, folder: Path) -> None:
        """The folder goes when the launcher has died."""
        self._tell(f"remove {folder}")

    def dismiss(self) -> None:
        """The launcher has cleaned up by itself; the warden is gone."""
        self._tell("dismiss")
        self.abandon()

    def abandon(self) -> None:
        """What is still watched is gone, as if the launcher had died now."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        # A warden that somebody killed is no reason to stop working.
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.write(line + "\n")
                self._process.stdin.flush()


def serve(lines: TextIO) -> None:
    """Returns when the launcher is gone and nothing of it is left."""
    groups: dict[int, int] = {}
    folders: list[str] = []
    grace_seconds = DEFAULT_GRACE_SECONDS
    for line in lines:
        word, _, rest = line.strip().partition(" ")
        if word == "group":
            pid, number = rest.split()
            groups[int(pid)] = int(number)
        elif word == "gone":
            groups.pop(int(rest), None)
        elif word == "remove":
            folders.append(rest)
        elif word == "grace":
            grace_seconds = float(rest)
        elif word == "dismiss":
            return
    end_groups(groups, grace_seconds=grace_seconds)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def end_groups(groups: dict[int, int], *, grace_seconds: float) -> None:
    """No process of these groups is left."""
    for leader, number in groups.items():
        with suppress(ProcessLookupError, PermissionError):
            os.kill(leader, number)
    deadline = time.monotonic() + grace_seconds
    while time.monotonic() < deadline and any(is_alive(group) for group in groups):
        time.sleep(0.05)
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def is_alive(group: int) -> bool:
    """Whether the process group has a member."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    serve(sys.stdin)
