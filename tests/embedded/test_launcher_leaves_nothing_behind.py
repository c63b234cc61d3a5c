"""However `make up` ends, none of its processes survives, and no data are lost."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest
import redis

from tests.embedded.running import RunningStack, wait_for

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc"),
]


def test_sigterm_and_ctrl_c_stop_everything_in_order(tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        with RunningStack(tmp_path / "var") as stack:
            stack.wait_until_it_says("Ready: ")
            assert len(stack.survivors()) > 5

            assert stack.end(number) == 0
            assert stack.survivors() == []
            assert "Stopped." in stack.output


def test_kill_9_takes_everything_down_and_the_next_start_finds_its_data(tmp_path: Path) -> None:
    with RunningStack(tmp_path / "var") as stack:
        stack.wait_until_it_says("Ready: ")
        gate = redis.Redis.from_url(services(stack)["REDIS_GATE_URL"])
        gate.set("kept", "yes")
        gate.close()

        stack.end(signal.SIGKILL)
        wait_for(lambda: not stack.survivors(), what="processes survived the kill")

    with RunningStack(tmp_path / "var") as stack:
        stack.wait_until_it_says("Ready: ")
        gate = redis.Redis.from_url(services(stack)["REDIS_GATE_URL"])
        assert gate.get("kept") == b"yes"
        gate.close()


def test_with_its_warden_killed_too_the_kernel_ends_the_direct_children(tmp_path: Path) -> None:
    with RunningStack(tmp_path / "var") as stack:
        stack.wait_until_it_says("Ready: ")
        wardens = [line for line in stack.survivors() if "warden.py" in line]
        assert len(wardens) == 1
        os.kill(int(wardens[0].split()[0]), signal.SIGKILL)

        stack.end(signal.SIGKILL)
        wait_for(
            lambda: all("fork" in line for line in stack.survivors()),
            what="more than the deaf grandchild survived",
        )
        for line in stack.survivors():
            os.kill(int(line.split()[0]), signal.SIGKILL)


def test_ctrl_c_during_the_start_leaves_nothing_either(tmp_path: Path) -> None:
    with RunningStack(tmp_path / "var") as stack:
        stack.wait_until_it_says("Starting")

        assert stack.end(signal.SIGINT) == 0
        assert stack.survivors() == []


def services(stack: RunningStack) -> dict[str, str]:
    found: dict[str, str] = json.loads((stack.var / "run" / "services.json").read_text())
    return found
