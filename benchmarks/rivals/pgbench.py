"""PostgreSQL's own benchmark, in the benchmark's database: what its transactions cost alone."""

import os
import re
import subprocess
from typing import Final, Literal

from socialcommerce.embedded import postgres

Script = Literal["simple-update", "tpcb-like"]

# One branch: every transaction of tpcb-like changes its one row, as a merchant's balance would
# be changed by every buyer. simple-update leaves that row alone.
SCALE: Final = 1
TPS: Final = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


def prepare() -> None:
    """Its tables are there and fresh."""
    _run("--initialize", "--quiet", f"--scale={SCALE}")


def per_second(script: Script, *, connections: int, seconds: int) -> float:
    """Transactions a second. Raises RuntimeError where it does not say."""
    said = _run(
        "--no-vacuum",
        f"--builtin={script}",
        f"--client={connections}",
        f"--jobs={min(connections, os.cpu_count() or 1)}",
        f"--time={seconds}",
    )
    found = TPS.search(said)
    if found is None:
        raise RuntimeError(f"pgbench did not say how fast it was:\n{said}")
    return float(found[1])


def _run(*arguments: str) -> str:
    program = postgres.package_folder() / postgres.PROGRAM / "bin" / "pgbench"
    command = [str(program), *arguments, os.environ["DATABASE_URL"]]
    done = subprocess.run(  # noqa: S603 - the program beside our own PostgreSQL
        command, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"pgbench broke down:\n{done.stderr}")
    return done.stdout
