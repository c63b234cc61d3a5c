"""Start programs that end with this process, and end them in good order."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from socialcommerce.embedded import child

CHILD_SCRIPT = Path(child.__file__)


def spawn(
    command: Sequence[str],
    *,
    folder: Path,
    output: IO[bytes] | int,
    death_signal: signal.Signals = signal.SIGTERM,
    identity: str = child.SAME_USER,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """The program runs in `folder`, as the leader of a process group of its own.

    Its own session keeps the terminal's Ctrl-C away from it, so that stopping has one order.

    Raises: RuntimeError off the main thread, because Linux sends the death signal when the
    *thread* that started a process ends.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("Programs are started from the main thread only.")
    wrapper = [sys.executable, "-I", "-S", str(CHILD_SCRIPT)]
    wrapper += [str(os.getpid()), str(int(death_signal)), identity]
    return subprocess.Popen(  # noqa: S603 - the command comes from our own table
        [*wrapper, *command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Everything in the program's process group got the signal, or the group is empty."""
    with suppress(ProcessLookupError, PermissionError):  # macOS: EPERM for a group of zombies
        os.killpg(process.pid, number)


def stop(
    process: subprocess.Popen[bytes], *, with_signal: signal.Signals, within_seconds: float
) -> bool:
    """The program and its whole process group are gone. True when it went by itself."""
    with suppress(ProcessLookupError):
        process.send_signal(with_signal)
    try:
        process.wait(within_seconds)
    except subprocess.TimeoutExpired:
        signal_group(process, signal.SIGKILL)
        process.wait()
        return False
    signal_group(process, signal.SIGKILL)  # children that the program left behind
    return True


def command_line(pid: int) -> str:
    """What process `pid` runs, or an empty string when there is no such process."""
    result = subprocess.run(  # noqa: S603
        ["ps", "-ww", "-o", "args=", "-p", str(pid)],  # noqa: S607 - wherever ps lives
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout.strip()


def end_stranger(pid: int, *, with_signal: signal.Signals, within_seconds: float) -> bool:
    """True when process `pid`, which is not our child, is gone."""
    deadline = time.monotonic() + within_seconds
    with suppress(ProcessLookupError):
        os.kill(pid, with_signal)
        while time.monotonic() < deadline:
            os.kill(pid, 0)
            time.sleep(0.05)
        return False
    return True
