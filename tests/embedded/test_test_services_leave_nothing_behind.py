"""A test session that is killed leaves neither server nor folder."""

import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from socialcommerce.embedded.paths import PROJECT
from tests.embedded.running import own_environment, wait_for

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc"),
]
SLEEPING_TEST = """
import time
from pathlib import Path
def test_sleep():
    Path("started").touch()
    time.sleep(600)
"""


def processes_in(folder: Path) -> list[str]:
    """Processes whose working folder is below `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").readlink().is_relative_to(folder):
                found.append(process.name)
    return found


def hear_ctrl_c() -> None:
    """Whoever runs these tests in the background of a shell passes on a deaf ear for SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_survives(tmp_path: Path, number: signal.Signals) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_sleeping.py").write_text(SLEEPING_TEST)
    plugins = ["-p", "tests.services", "-p", "no:django", "-p", "no:cacheprovider"]
    session = subprocess.Popen(
        [sys.executable, "-m", "pytest", *plugins, "test_sleeping.py"],
        cwd=tmp_path,
        env={**own_environment(), "PYTHONPATH": str(PROJECT), "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=hear_ctrl_c,
    )
    wait_for((tmp_path / "started").exists, what="the session did not start")
    assert len(processes_in(temporary)) >= 3

    session.send_signal(number)
    session.wait(30)

    wait_for(lambda: not processes_in(temporary), what="servers survived")
    wait_for(lambda: not list(temporary.glob("plaza-tests-*")), what="the folder survived")
