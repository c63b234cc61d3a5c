"""A Python that cannot make virtual environments gets a sentence, not a traceback."""

import shutil
import subprocess
from pathlib import Path

from socialcommerce.embedded.paths import PROJECT

# As on a Debian with python3 and without python3-venv.
BARE_PYTHON = """#!/bin/sh
case "$*" in
    *ensurepip*) exit 1 ;;
    *%d*) echo 3.12 ;;
esac
"""


def test_the_missing_package_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(PROJECT / ".ci" / "venv", tmp_path / ".ci" / "venv")
    python = tmp_path / "python3"
    python.write_text(BARE_PYTHON)
    python.chmod(0o755)

    result = subprocess.run(
        [str(tmp_path / ".ci" / "venv")],
        env={"PATH": "/usr/bin:/bin", "PYTHON": str(python)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1
    assert "apt install python3-venv (or python3.12-venv)" in result.stderr
    assert not (tmp_path / ".venv").exists()
