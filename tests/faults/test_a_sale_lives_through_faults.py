"""A whole sale in which processes die and servers vanish by a seeded schedule; see `seeded/`.

Three seeds by default. FAULT_RUNS=30 plays as many, SEED=17 that one alone.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import ROOT
from tests.faults.seeded import schedule
from tests.faults.seeded.schedule import Fault

SEEDS = (
    [int(os.environ["SEED"])]
    if os.environ.get("SEED")
    else list(range(1, int(os.environ.get("FAULT_RUNS") or 3) + 1))
)
TIMEOUT_SECONDS = 240


def seeded(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.faults.seeded", *arguments],
        cwd=ROOT,
        timeout=TIMEOUT_SECONDS,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PostgreSQL with every table, copied by each run."""
    folder = tmp_path_factory.mktemp("seeded") / "template"
    made = seeded("--template", str(folder))
    assert made.returncode == 0, made.stderr
    return folder


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"seed-{seed}")
def test_every_promise_is_kept(seed: int, template: Path) -> None:
    played = seeded("--seed", str(seed), "--template", str(template))
    print(played.stdout)  # noqa: T201 - what was done, for whoever repeats the seed
    assert played.returncode == 0, f"{played.stdout}\n{played.stderr}"


def test_a_seed_repeats_its_schedule_and_thirty_of_them_do_every_fault() -> None:
    plans = {seed: schedule.plan(seed) for seed in range(1, 31)}
    assert plans == {seed: schedule.plan(seed) for seed in range(1, 31)}
    assert {planned.fault for plan in plans.values() for planned in plan} == set(Fault)
    assert all(schedule.shape(seed, people=120).units <= 40 for seed in plans)
