"""CPU time and memory of a process and of what it starts."""

import subprocess
import sys
import time

from benchmarks.meters import Meter

BUSY = "import time\nend = time.process_time() + 0.4\nwhile time.process_time() < end: pass\n"
PARENT = f"import subprocess, sys, time\nsubprocess.run([sys.executable, '-c', {BUSY!r}])\n"


def test_what_a_child_has_used_is_its_parents() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT + "print('done', flush=True)\ntime.sleep(60)"],
        stdout=subprocess.PIPE,
    )
    try:
        with Meter({"worker": process.pid}) as meter:
            assert process.stdout is not None
            process.stdout.readline()
    finally:
        process.kill()
        process.communicate()

    assert 0.35 < meter.cpu_seconds["worker"] < 2
    assert meter.microseconds_each(1_000)["worker_cpu_us"] > 350
    assert meter.peak_mb["worker"] > 1


def test_who_does_nothing_costs_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        time.sleep(0.5)  # it has started
        with Meter({"worker": process.pid}) as meter:
            time.sleep(0.2)
    finally:
        process.kill()
        process.wait()

    assert meter.total_cpu_seconds < 0.05
