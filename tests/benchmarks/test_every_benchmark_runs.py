"""All of them, very small, on one stack of their own: figures, limits, rivals and zeros."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import EVERYDAY

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_every_benchmark_writes_its_report_and_finds_nothing_wrong(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", *EVERYDAY, "--together", "--size", "tiny"]

    result = subprocess.run(
        [*command, "--into", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr
    for name in EVERYDAY:
        report = json.loads((tmp_path / f"{name}.json").read_text())
        assert report["name"] == name
        assert report["limits"]
        assert report["ratios"]
        assert report["oversold"] == report["undersold"] == 0
        assert report["lost"] == report["duplicated"] == 0


def test_an_unknown_name_is_refused_before_anything_starts() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks", "clain"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 2
    assert "There is no benchmark clain." in result.stderr
